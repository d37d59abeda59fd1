"""Experiments in every state that a page can show, and a data set to begin one with."""

from pathlib import Path

from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, duplicates
from experiments.models import Network
from tests.browser.support.states import LINES, LONG
from tests.support import datasets

CHOICES = ("billing", "delivery", "other")
SCHEMA = {
    "type": "object",
    "properties": {"topic": {"type": "string", "enum": list(CHOICES)}, "reason": {"type": "string"}},
    "required": ["topic"],
}
ITEMS = [
    {
        "user_message": f"Mail number {number}, where is my order?",
        "expected": CHOICES[number % 3],
        "label": ("easy", "hard")[number % 2],
        "iterations": 2 if number < 5 else 1,
        "system_params": {"customer": {"id": number}},
        "id": f"m{number}",
    }
    for number in range(20)
]


def file(folder: Path, content: str, name: str = "mails.csv") -> Path:
    path = folder / name
    path.write_text(content)
    return path


def draft() -> Experiment:
    return datasets.with_items(datasets.jsonl(ITEMS), "mails.jsonl", name="Draft", schema_json=SCHEMA)


def finished(name: str = "Baseline", wrong: int = 4) -> Experiment:
    """25 runs of 20 items: every `wrong`-th answer is another one, every ninth run failed."""
    made = datasets.with_items(
        datasets.jsonl(ITEMS), "mails.jsonl", name=name, schema_json=SCHEMA, scoring={"field": "topic"}
    )
    payloads = list(made.rows.in_order().values_list("payload", flat=True))
    answers = [
        None if number % 9 == 8 else _answer(payload, number % wrong == 0) for number, payload in enumerate(payloads)
    ]
    return datasets.answered(made, answers)


def _answer(payload: list[str], is_wrong: bool) -> dict[str, str]:
    expected = payload[1]
    topic = CHOICES[(CHOICES.index(expected) + 1) % 3] if is_wrong else expected
    return {"topic": topic, "reason": "It says so."}


def running() -> Experiment:
    made = datasets.with_items("run_input,expected\na,x\nb,y\nc,z\n", name="Running")
    return datasets.answered(made, [{"answer": "x"}])


def texts() -> Experiment:
    """Long answers that differ in some words, and texts without end."""
    content = datasets.jsonl(
        [
            {"run_input": "Greet.", "expected": "Dear customer, your order was sent yesterday.", "label": LONG},
            {"run_input": LINES, "expected": LONG, LONG[:90]: LONG},
        ]
    )
    made = datasets.with_items(content, "texts.jsonl", name=LONG[:200], scoring={"rule": "exact"})
    return datasets.answered(made, [{"x": "Dear Ann, your order will be sent today."}, {"x": LINES}])


def pages() -> dict[str, str]:
    """What can be looked at, by name: the address of each page in each state. Makes all the experiments."""
    set_up, first, second, runs, long = draft(), finished(), finished("Second", wrong=5), running(), texts()
    empty = drafts.create(user=first.created_by, values={"name": "Without items"})
    copy = duplicates.duplicate(experiment=long, user=long.created_by)
    copy = datasets.answered(copy, [{"x": "Dear customer, your order was sent yesterday."}, None])
    Network.objects.filter(name="net").update(description="x")
    return {
        "the list": "/experiments/",
        "a new one": "/experiments/new/",
        "set-up: the file": f"/experiments/{set_up.pk}/set-up/file/",
        "set-up: the columns": f"/experiments/{set_up.pk}/set-up/map/",
        "set-up: the prompt": f"/experiments/{set_up.pk}/set-up/prompt/",
        "set-up: the fields": f"/experiments/{set_up.pk}/set-up/fields/",
        "set-up: the review": f"/experiments/{set_up.pk}/set-up/",
        "set-up without items": f"/experiments/{empty.pk}/set-up/",
        "no file yet": f"/experiments/{empty.pk}/set-up/file/",
        "no columns yet": f"/experiments/{empty.pk}/set-up/map/",
        "a draft": f"/experiments/{set_up.pk}/",
        "a finished one": f"/experiments/{first.pk}/",
        "its wrong items": f"/experiments/{first.pk}/?verdict=wrong",
        "a right item": f"/experiments/{first.pk}/row/1/",
        "a wrong item": f"/experiments/{first.pk}/row/0/",
        "an item without an answer": f"/experiments/{first.pk}/row/8/",
        "its score": f"/experiments/{first.pk}/score/",
        "its scoring": f"/experiments/{first.pk}/scoring/",
        "a running one": f"/experiments/{runs.pk}/",
        "an open item": f"/experiments/{runs.pk}/row/2/",
        "long texts": f"/experiments/{long.pk}/",
        "an item of long texts": f"/experiments/{long.pk}/row/1/",
        "an item with a difference": f"/experiments/{long.pk}/row/0/",
        "the choice of two": "/experiments/compare/",
        "the choice of the second": f"/experiments/compare/?a={first.pk}",
        "two side by side": f"/experiments/compare/?a={first.pk}&b={second.pk}",
        "two of long texts": f"/experiments/compare/?a={long.pk}&b={copy.pk}",
        "two that cannot be": f"/experiments/compare/?a={first.pk}&b={long.pk}",
    }

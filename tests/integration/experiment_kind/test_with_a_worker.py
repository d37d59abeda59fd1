"""An experiment of 200 items beside a CSV batch, on one worker; the scores worked out a second time, another way."""

import csv
import io
import json
import zlib
from math import sqrt
from typing import Any

from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.selectors import scores
from experiments.experiment_kind.services import launch
from experiments.services.exports import ExportOptions, export_chunks
from tests.support import datasets
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.run_server.payloads import expected_payload
from tests.support.worker import Worker, eventually

SCHEMA = {
    "type": "object",
    "properties": {"topic": {"type": "string", "enum": ["billing", "delivery", "other"]}},
    "required": ["topic"],
}
TOPICS = SCHEMA["properties"]["topic"]["enum"]  # type: ignore[index]


def answer_of(message: str) -> str:
    """What the scripted server says to this message."""
    return str(expected_payload({"user_message": message, "respond_payload_schema": SCHEMA})["topic"])


def items() -> list[dict[str, Any]]:
    """200 items: about two thirds of the expected answers are what the server will say, spelt another way."""
    made = []
    for number in range(200):
        message = f"mail {number} {zlib.crc32(str(number).encode())}"
        right = answer_of(message)
        expected = f" {right.upper()}!" if number % 3 else TOPICS[(TOPICS.index(right) + 1) % 3]
        made.append(
            {
                "user_message": message,
                "expected": expected,
                "label": ("hard", "easy")[number % 2],
                "system_params": {"customer": {"id": number}},
                "id": f"m{number}",
            }
        )
    return made


def test_both_finish_and_scores_and_export_are_right(api: Api, run_server: RunServer, worker: Worker) -> None:
    # One in ten fails for good.
    run_server.script(
        latency_ms=5,
        rules=[{"match": r"^mail \d*7 ", "attempts": [{"do": "status", "status": 422}], "repeat": True}],
    )
    network = api.network(run_server)
    batch = api.ready(network, numbered(100), concurrency=4)
    made = datasets.draft(network=network, schema_json=SCHEMA, scoring={"field": "topic"}, concurrency=8)
    made = datasets.upload(made, datasets.jsonl(items()), "mails.jsonl")
    run_server.hold("")
    api.run(batch)
    launch.run(experiment_id=made.pk)
    run_server.wait(held=12)
    run_server.release()
    done = eventually(
        lambda: Experiment.objects.filter(pk=made.pk, status="completed").first(), timeout_s=90, what="the experiment"
    )
    assert api.wait(batch)["progress"]["succeeded"] == 100
    assert (done.succeeded, done.failed) == (180, 20)

    right, by_label, table = worked_out()
    found = scores.score_to_json(done)
    total = found["total"]
    assert (total["right"], total["no_answer"], total["scored"]) == (right, 20, 200)
    assert total["wrong"] == 180 - right
    assert {one["label"]: (one["right"], one["scored"]) for one in found["labels"]} == by_label
    low, high = roots(right, 200)
    assert abs(total["interval"][0] - low) < 1e-6
    assert abs(total["interval"][1] - high) < 1e-6
    assert found["confusion"]["counts"] == table

    assert_export_is_right(done)
    sent = [call["body"] for call in run_server.ledger() if call["body"]["experiment_id"] == str(made.pk)]
    assert {call["user_message"]: call["system_params"] for call in sent} == {
        item["user_message"]: item["system_params"] for item in items()
    }


def fails(number: int) -> bool:
    return number % 10 == 7


def worked_out() -> tuple[int, dict[str, tuple[int, int]], list[list[int]]]:
    """Counted from what the server was told to say, without any of the code that is looked at."""
    right = [number for number in range(200) if number % 3 and not fails(number)]
    by_label = {label: (sum(number % 2 == odd for number in right), 100) for label, odd in (("easy", 1), ("hard", 0))}
    # Expected ones that are spelt alike but for case and punctuation are one choice.
    table = [[0] * 4 for _ in TOPICS]
    for number, item in enumerate(items()):
        expected = TOPICS.index(item["expected"].strip(" !").lower())
        answered = 3 if fails(number) else TOPICS.index(answer_of(item["user_message"]))
        table[expected][answered] += 1
    return len(right), by_label, table


def roots(right: int, of: int) -> tuple[float, float]:
    """The interval as the roots of (p - x)² = z² x (1 - x) / n, by the quadratic formula."""
    p, z2 = right / of, 1.959963984540054**2
    a, b, c = 1 + z2 / of, -(2 * p + z2 / of), p * p
    d = sqrt(b * b - 4 * a * c)
    return (-b - d) / (2 * a), (-b + d) / (2 * a)


def assert_export_is_right(experiment: Experiment) -> None:
    content = b"".join(export_chunks(experiment, ExportOptions()))
    head, *lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert head[:10] == [
        *("user_message", "expected", "label", "system_params", "id", "item", "iteration"),
        *("topic", "verdict", "answered"),
    ]
    exported = [
        json.loads(line) for line in b"".join(export_chunks(experiment, ExportOptions(format="jsonl"))).splitlines()
    ]
    for number, (item, line, value) in enumerate(zip(items(), lines, exported, strict=True)):
        answer = "" if fails(number) else answer_of(item["user_message"])
        verdict = "no_answer" if fails(number) else "right" if number % 3 else "wrong"
        params = json.dumps(item["system_params"], separators=(",", ":"))
        cells = [item["user_message"], item["expected"], item["label"], params, item["id"], str(number), "1"]
        assert line[:10] == [*cells, answer, verdict, answer]
        assert list(value["row"].values()) == cells
        assert value["extra"] == {"answered": answer or None, "verdict": verdict}

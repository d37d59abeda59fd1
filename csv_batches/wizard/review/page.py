"""The review of a draft as values: what there is, what is missing, what the network's schema becomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.steps import Step
from csv_batches.selectors import empty_rows
from csv_batches.services import launch
from csv_batches.wizard.review import schema_diff
from csv_batches.wizard.review.forms import SettingsForm, StartForm
from csv_batches.wizard.review.schema_diff import Part
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import clipped, count, in_one_line

SHOWN = 8
"""Columns or fields that a card names; the step has all."""
TEMPLATE_SHOWN = 400


PLACES = {"network": "id_network", "agent_key": "id_agent_key", "schema_mode": "id_schema_mode_0"}
"""Where a setting of this very step is mended."""


@dataclass(frozen=True)
class Missing:
    """A sentence, and the step where it is mended; `place` is the element's id where that is this step."""

    sentence: str
    step: Step
    place: str = ""
    link: str = ""


@dataclass(frozen=True)
class Card:
    """What an earlier step came to: facts in words, perhaps a text as it is."""

    step: Step
    facts: tuple[tuple[str, str], ...]
    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class SchemaChange:
    """The batch's schema and the network's differ. `replaces`: the network has one already, so a person confirms."""

    network: str
    mode: str
    replaces: bool
    allowed: bool
    seen: str
    parts: tuple[Part, ...]

    @property
    def must_confirm(self) -> bool:
        return self.mode == SchemaMode.UPDATE and self.replaces and self.allowed


@dataclass(frozen=True)
class Review:
    cards: tuple[Card, ...]
    missing: tuple[Missing, ...]
    change: SchemaChange | None
    empty: int | None
    """Rows with nothing in them; None where they are too many to look through at once."""


def review(batch: CsvBatch, user: Any) -> Review:
    change = schema_change(batch, user)
    missing = tuple(missing_of(launch.missing(batch), change))
    return Review(
        cards=tuple(_card(batch, step, missing) for step in (steps.UPLOAD, steps.MAP, steps.PROMPT, steps.SCHEMA)),
        missing=missing,
        change=change,
        empty=empty_rows.count(batch) if empty_rows.is_quick(batch) else None,
    )


def missing_of(problems: Iterable[WorkbenchError], change: SchemaChange | None) -> list[Missing]:
    found = [_missing(problem) for problem in problems]
    if change and change.mode == SchemaMode.UPDATE and not change.allowed:
        sentence = f"Only staff may change the schema of {change.network}. Choose to leave it as it is."
        found.append(_here(sentence, "id_schema_mode_1", "Response schema"))
    return found


def _missing(problem: WorkbenchError) -> Missing:
    step = steps.step_of(problem.attr)
    if step is not steps.REVIEW:
        return Missing(problem.detail, step)
    attr = problem.attr if problem.attr in PLACES else "network"
    return _here(problem.detail, PLACES[attr], SettingsForm.base_fields[attr].label)


def _here(sentence: object, place: str, link: object) -> Missing:
    return Missing(str(sentence), steps.REVIEW, place, str(link))


def to_do(review: Review, *, confirmed: bool, form: SettingsForm, order: StartForm) -> list[Missing]:
    """What stands on the page itself and keeps the batch from starting: it is not saved, so only the form knows it."""
    found = []
    if review.change and review.change.must_confirm and not confirmed:
        sentence = f"Confirm that the schema of {review.change.network} is replaced."
        found.append(_here(sentence, "confirm", "Replace the schema"))
    for name in form.errors:
        if name in form.fields:
            place = PLACES.get(name, f"id_{name}")
            found.append(_here("A setting is not saved.", place, form.fields[name].label))
        else:
            found.append(_here("The settings are not saved.", "settings-title", "Where and how it runs"))
    for name, sentences in order.errors.items():
        if name in order.fields and name != "confirm":
            found += [_here(sentence, "which", "Rows to run") for sentence in sentences]
    return found


def schema_change(batch: CsvBatch, user: Any) -> SchemaChange | None:
    network = batch.network
    if network is None or not batch.response_fields:
        return None
    existing, proposed = launch.existing_schema(network), launch.proposed_schema(batch)
    if existing == proposed:
        return None
    return SchemaChange(
        network=network.name,
        mode=batch.schema_mode,
        replaces=any(value is not None for value in existing.values()),
        allowed=launch.may_write(user, network),
        seen=launch.schema_digest(existing),
        parts=schema_diff.parts(existing, proposed),
    )


def _card(batch: CsvBatch, step: Step, missing: Sequence[Missing]) -> Card:
    facts = {steps.UPLOAD: _file, steps.MAP: _mapping, steps.PROMPT: _prompt, steps.SCHEMA: _schema}[step]
    text = clipped(batch.prompt_template, TEMPLATE_SHOWN) if step is steps.PROMPT else ""
    return Card(step, tuple(facts(batch)), text, tuple(one.sentence for one in missing if one.step is step))


def _file(batch: CsvBatch) -> list[tuple[str, str]]:
    if not batch.total:
        return []
    rows = f"{_number(batch.total, 'row')}, {_number(len(batch.columns), 'column')}"
    name = [("File", batch.dataset_name or batch.source_name)] if batch.dataset_name or batch.source_name else []
    return [*name, ("Rows", rows), *_warnings(batch)]


def _warnings(batch: CsvBatch) -> list[tuple[str, str]]:
    if not batch.warnings:
        return []
    listed = sum(warning["line"] is not None for warning in batch.warnings)
    # One without a line says how many there are beyond those that are listed.
    more = "more than " if listed < len(batch.warnings) else ""
    return [("Warnings", f"{more}{_number(listed, 'warning')}")]


def _mapping(batch: CsvBatch) -> list[tuple[str, str]]:
    prompt = [column["name"] for column in batch.columns if column["mode"] == "prompt"]
    params = [
        column["key"] if column["key"] == column["name"] else f"{column['name']} → {column['key']}"
        for column in batch.columns
        if column["mode"] == "system_param"
    ]
    ignored = len(batch.columns) - len(prompt) - len(params)
    facts = (("In the prompt", _names(prompt)), ("System params", _names(params)))
    return [
        *(fact for fact in facts if fact[1]),
        *([("Ignored", _number(ignored, "column"))] if ignored else []),
    ]


def _prompt(batch: CsvBatch) -> list[tuple[str, str]]:
    if batch.prompt_template.strip() or not any(column["mode"] == "prompt" for column in batch.columns):
        return []
    return [("Message", "the included columns alone, a line each")]


def _schema(batch: CsvBatch) -> list[tuple[str, str]]:
    shown = [(field["name"], _type(field)) for field in batch.response_fields[:SHOWN]]
    more = len(batch.response_fields) - len(shown)
    return [*shown, ("", f"and {count(more)} more")] if more else shown


def _type(field: dict[str, Any]) -> str:
    choices = field.get("choices")
    kind = f"one of {_names(choices, 5)}" if choices else field["type"]
    return kind if field["required"] else f"{kind}, optional"


def _names(names: Sequence[str], most: int = SHOWN) -> str:
    shown = ", ".join(in_one_line(name, 60) for name in names[:most])
    return f"{shown} and {count(len(names) - most)} more" if len(names) > most else shown


def _number(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{count(number)} {what}s"

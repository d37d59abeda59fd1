"""What the review step shows: a card for each earlier step, what is missing, and how the network's schema changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.mapping_modes import MAPPING_MODES, mode_of_column
from csv_batches.selectors import empty_rows
from csv_batches.selectors.used_columns import prompt_positions
from csv_batches.services import launch
from csv_batches.wizard.review import schema_diff
from csv_batches.wizard.review.forms import SettingsForm, StartForm
from csv_batches.wizard.review.schema_diff import DiffPart
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import clipped, count, counted, in_one_line
from experiments.core.steps import Step

NAMES_SHOWN = 8
"""Columns or fields that a card names; the step shows all."""
CHOICES_SHOWN = 5
TEMPLATE_SHOWN = 400  # characters

SETTING_IDS = {"network": "id_network", "agent_key": "id_agent_key", "schema_mode": "id_schema_mode_0"}
"""Ids of the inputs of settings that can be missing."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class MissingPart:
    """A sentence, and the step where it is fixed. For this very step, `element_id` and `link` lead to the input."""

    sentence: str
    step: Step
    element_id: str = ""
    link: str = ""

    @classmethod
    def on_this_page(cls, sentence: object, element_id: str, link: object) -> "MissingPart":
        return cls(str(sentence), steps.REVIEW, element_id, str(link))

    @classmethod
    def from_error(cls, error: WorkbenchError) -> "MissingPart":
        step = steps.step_of(error.attr)
        if step is not steps.REVIEW:
            return cls(error.detail, step)
        name = error.attr if error.attr in SETTING_IDS else "network"
        return cls.on_this_page(error.detail, SETTING_IDS[name], SettingsForm.base_fields[name].label)


@dataclass(frozen=True)
class StepCard:
    """What an earlier step came to: (label, text) pairs, and the beginning of the template for the prompt."""

    step: Step
    summary: tuple[tuple[str, str], ...]
    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class SchemaChange:
    """The batch's schema and the network's differ. `replaces`: the network has a schema, so a person must confirm."""

    network: str
    mode: str
    replaces: bool
    allowed: bool
    seen: str
    parts: tuple[DiffPart, ...]

    @property
    def updates_network(self) -> bool:
        return self.mode == SchemaMode.UPDATE

    @property
    def is_for_batch(self) -> bool:
        return self.mode == SchemaMode.BATCH

    @property
    def must_confirm(self) -> bool:
        return self.updates_network and self.replaces and self.allowed


@dataclass(frozen=True)
class Review:
    cards: tuple[StepCard, ...]
    missing: tuple[MissingPart, ...]
    change: SchemaChange | None
    empty: int | None
    """Rows whose prompt columns are all blank; None where counting them would take too long for a page."""
    empty_where: str
    """What is true of them, in words."""


def review_of_batch(batch: CsvBatch, user: Any) -> Review:
    change = schema_change(batch, user)
    missing = tuple(missing_parts(launch.missing(batch), change))
    return Review(
        cards=step_cards(batch, missing),
        missing=missing,
        change=change,
        empty=empty_rows.count(batch) if empty_rows.is_quick(batch) else None,
        empty_where=_empty_in_words(batch),
    )


def _empty_in_words(batch: CsvBatch) -> str:
    """`Subject and Body are empty`: when a row is skipped."""
    names = [batch.columns[at]["name"] for at in prompt_positions(batch.columns, batch.prompt_template)]
    if len(names) == 1:
        return f"{names[0]} is empty"
    if not names:
        return "the prompt columns are empty"
    return " and ".join(names) + " are empty" if len(names) == 2 else f"all {len(names)} prompt columns are empty"


def missing_parts(errors: Iterable[WorkbenchError], change: SchemaChange | None) -> list[MissingPart]:
    found = [MissingPart.from_error(error) for error in errors]
    if change and change.updates_network and not change.allowed:
        sentence = f"Only staff may change the schema of {change.network}. Use this schema for this batch only."
        found.append(MissingPart.on_this_page(sentence, "id_schema_mode_0", "Response schema"))
    return found


def unsaved_parts(review: Review, *, confirmed: bool, form: SettingsForm, order: StartForm) -> list[MissingPart]:
    """What keeps the batch from starting and only the sent forms know, because it is not saved."""
    found = []
    if review.change and review.change.must_confirm and not confirmed:
        sentence = f"Confirm that the schema of {review.change.network} is replaced."
        found.append(MissingPart.on_this_page(sentence, "confirm", "Replace the schema"))
    for name in form.errors:
        if name in form.fields:
            element_id, label = SETTING_IDS.get(name, f"id_{name}"), form.fields[name].label
            found.append(MissingPart.on_this_page("A setting is not saved.", element_id, label))
        else:
            sentence = "The settings are not saved."
            found.append(MissingPart.on_this_page(sentence, "settings-title", "Where and how it runs"))
    for name, sentences in order.errors.items():
        if name in order.fields and name != "confirm":
            found += [MissingPart.on_this_page(sentence, "which", "Rows to run") for sentence in sentences]
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
        parts=schema_diff.diff_parts(existing, proposed),
    )


# Cards


def step_cards(batch: CsvBatch, missing: Sequence[MissingPart]) -> tuple[StepCard, ...]:
    template = clipped(batch.prompt_template, TEMPLATE_SHOWN)
    cards = (
        (steps.UPLOAD, file_summary(batch), ""),
        (steps.MAP, mapping_summary(batch), ""),
        (steps.PROMPT, prompt_summary(batch), template),
        (steps.SCHEMA, schema_summary(batch), ""),
    )
    return tuple(
        StepCard(step, tuple(summary), text, tuple(part.sentence for part in missing if part.step is step))
        for step, summary, text in cards
    )


def file_summary(batch: CsvBatch) -> Pairs:
    if not batch.total:
        return []
    name = batch.dataset_name or batch.source_name
    summary = [("File", name)] if name else []
    summary.append(("Rows", f"{counted(batch.total, 'row')}, {counted(len(batch.columns), 'column')}"))
    if batch.reject_count:
        summary.append(("Left out", counted(batch.reject_count, "unreadable row")))
    if batch.warnings:
        listed = sum(warning["line"] is not None for warning in batch.warnings)
        # A warning without a line says how many there are beyond the listed ones.
        more = "more than " if listed < len(batch.warnings) else ""
        summary.append(("Warnings", f"{more}{counted(listed, 'warning')}"))
    return summary


def mapping_summary(batch: CsvBatch) -> Pairs:
    """A line for each mode that has columns: the names of those that are sent, then how many are not."""
    summary = []
    for mode, traits in sorted(MAPPING_MODES.items(), key=lambda entry: not entry[1].is_sent):
        columns = [column for column in batch.columns if column["mode"] == mode]
        if columns:
            names = [column_and_key(column) if traits.has_key else column["name"] for column in columns]
            summary.append((traits.heading, listed_names(names) if traits.is_sent else counted(len(columns), "column")))
    return summary


def column_and_key(column: dict[str, Any]) -> str:
    """`Body → mail.body`; the key alone where it is the column's name."""
    name, key = str(column["name"]), str(column["key"])
    return key if key == name else f"{name} → {key}"


def prompt_summary(batch: CsvBatch) -> Pairs:
    includes_columns = any(mode_of_column(column).in_prompt for column in batch.columns)
    if batch.prompt_template.strip() or not includes_columns:
        return []
    return [("Message", "the included columns alone, a line each")]


def schema_summary(batch: CsvBatch) -> Pairs:
    shown = [(field["name"], type_of_field(field)) for field in batch.response_fields[:NAMES_SHOWN]]
    more = len(batch.response_fields) - len(shown)
    return [*shown, ("", f"and {count(more)} more")] if more else shown


def type_of_field(field: dict[str, Any]) -> str:
    """`integer`, `one of good, bad, optional`."""
    choices = field.get("choices")
    described = f"one of {listed_names(choices, CHOICES_SHOWN)}" if choices else field["type"]
    return described if field["required"] else f"{described}, optional"


def listed_names(names: Sequence[str], most: int = NAMES_SHOWN) -> str:
    """`a, b and 3 more`; "" where there are none."""
    shown = ", ".join(in_one_line(name, 60) for name in names[:most])
    return f"{shown} and {count(len(names) - most)} more" if len(names) > most else shown

"""What the prompt step shows beside the template: the message that a row becomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from csv_batches.models import CsvBatch
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.selectors import preview
from csv_batches.selectors.plan import CsvBatchPlan
from csv_batches.selectors.sent_twice import CHARS_PER_TOKEN
from csv_batches.wizard.live import neighbours_of_row
from csv_batches.wizard.prompt.problems import ShownProblem
from experiments.core.errors import InvalidInput
from experiments.core.formatting import LONGEST_TEXT
from experiments.prompts import uses_columns
from experiments.prompts.marks import TextPart, cut_parts, joined, marked


@dataclass(frozen=True)
class PromptPreview:
    """The row `index` as a message; `missing` says so where there is no such row. With `problems` there is no message.

    `parts` are the beginning of the message, `more` the number of characters after them.
    """

    index: int | None
    previous: int | None
    next: int | None
    missing: str = ""
    parts: tuple[TextPart, ...] = ()
    more: int = 0
    system_params: dict[str, Any] | None = None
    problems: tuple[ShownProblem, ...] = ()
    cells: tuple[str, ...] = ()
    tokens: int = 0
    """About as many has the message."""

    @property
    def has_message(self) -> bool:
        return not self.missing and not self.problems


def preview_row(batch: CsvBatch, row_index: int | None) -> PromptPreview:
    """The row with this index; None: the first one."""
    index = row_index
    if index is None:
        index = batch.rows.in_order().values_list("row_index", flat=True).first()
    previous, following = neighbours_of_row(batch, index)
    try:
        sent = preview.preview_of_row(batch, index)
    except InvalidInput as error:
        if error.attr != "row_index":
            raise
        return PromptPreview(index, previous, following, missing=error.detail, problems=_unknown(batch))
    # A template that fits the columns may not fit what this row holds.
    problems = _unknown(batch) or tuple(ShownProblem(problem["detail"]) for problem in sent["problems"])
    message = sent["user_message"]
    parts = () if problems else tuple(cut_parts(_message_parts(batch, index, message), LONGEST_TEXT))
    return PromptPreview(
        index=index,
        previous=previous,
        next=following,
        parts=parts,
        more=max(0, len(message) - LONGEST_TEXT),
        system_params=sent["system_params"],
        problems=problems,
        cells=tuple(batch.rows.get(row_index=index).payload),
        tokens=round(len(message) / CHARS_PER_TOKEN),
    )


def _unknown(batch: CsvBatch) -> tuple[ShownProblem, ...]:
    return tuple(map(ShownProblem.of, CsvBatchPlan.of(batch).unknown_placeholders()))


def appended_columns(batch: CsvBatch) -> int:
    """How many included columns follow the text, because the template does not place them itself."""
    included = sum(mode_of_column(column).in_prompt for column in batch.columns)
    return included if included and not uses_columns(CsvBatchPlan.of(batch).template) else 0


def _message_parts(batch: CsvBatch, index: int | None, message: str) -> list[TextPart]:
    """`message`, as the plan made it of this row, with the row's values marked."""
    plan = CsvBatchPlan.of(batch)
    cells = batch.rows.get(row_index=index).payload
    rendered = marked(plan.template, plan.scope(cells))
    length = sum(len(part.text) for part in rendered)
    columns = plan.columns.columns_text(cells)
    if length == len(message) or not columns:
        return rendered
    if message == columns:
        return joined(_column_parts(batch, cells))
    between = message[length : len(message) - len(columns)]
    return joined([*rendered, TextPart(between), *_column_parts(batch, cells)])


def _column_parts(batch: CsvBatch, cells: list[str]) -> Iterator[TextPart]:
    """The lines of the included columns: `Name: value`."""
    included = [
        (column["name"], cell)
        for column, cell in zip(batch.columns, cells, strict=True)
        if mode_of_column(column).in_prompt
    ]
    for number, (name, cell) in enumerate(included):
        yield TextPart(f"\n{name}: " if number else f"{name}: ")
        yield TextPart(cell, is_value=True)

"""What the prompt step shows beside the template: the message that a row becomes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import LONGEST_TEXT
from experiments.kinds import kind_of
from experiments.prompts import uses_columns
from experiments.prompts.marks import TextPart, cut_parts, joined, marked
from experiments.prompts.message import MessagePlan
from experiments.selectors.sent_twice import CHARS_PER_TOKEN
from experiments.web.prompt_step.problems import ShownProblem
from experiments.web.row_place import neighbours_of_row


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


def preview_row(queue: Any, plan: MessagePlan, row_index: int | None) -> PromptPreview:
    """The row with this index; None: the first one. `queue` has `rows`."""
    unknown = tuple(map(ShownProblem.of, plan.unknown_placeholders()))
    rows = queue.rows.in_order()
    row = rows.first() if row_index is None else rows.filter(row_index=row_index).first()
    index = row_index if row is None else row.row_index
    previous, following = neighbours_of_row(queue, index)
    if row is None:
        what = "no rows yet" if row_index is None else f"no row {row_index}"
        missing = f"The {kind_of(queue).nouns.one} has {what}."
        return PromptPreview(index, previous, following, missing=missing, problems=unknown)
    cells = row.payload
    sent = plan.preview(cells)
    # A template that fits the columns may not fit what this row holds.
    problems = unknown or tuple(ShownProblem(problem["detail"]) for problem in sent["problems"])
    message = sent["user_message"]
    parts = () if problems else tuple(cut_parts(_message_parts(plan, cells, message), LONGEST_TEXT))
    return PromptPreview(
        index=index,
        previous=previous,
        next=following,
        parts=parts,
        more=max(0, len(message) - LONGEST_TEXT),
        system_params=sent["system_params"],
        problems=problems,
        cells=tuple(cells),
        tokens=round(len(message) / CHARS_PER_TOKEN),
    )


def appended_columns(plan: MessagePlan) -> int:
    """How many included columns follow the text, because the template does not place them itself."""
    blank = [""] * len(plan.columns.names)
    return 0 if uses_columns(plan.template) else len(plan.columns.lines(blank))


def _message_parts(plan: MessagePlan, cells: Sequence[str], message: str) -> list[TextPart]:
    """`message`, as the plan made it of this row, with the row's values marked."""
    rendered = marked(plan.template, plan.scope(cells))
    length = sum(len(part.text) for part in rendered)
    columns = plan.columns.columns_text(cells)
    if length == len(message) or not columns:
        return rendered
    if message == columns:
        return joined(_column_parts(plan, cells))
    between = message[length : len(message) - len(columns)]
    return joined([*rendered, TextPart(between), *_column_parts(plan, cells)])


def _column_parts(plan: MessagePlan, cells: Sequence[str]) -> Iterator[TextPart]:
    """The lines of the included columns: `Name: value`."""
    for number, (label, cell) in enumerate(plan.columns.lines(cells)):
        yield TextPart(f"\n{label}" if number else label)
        yield TextPart(cell, is_value=True)

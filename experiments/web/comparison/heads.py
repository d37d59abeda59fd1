"""The fields of a comparison: how many of their answers agree, and what filters by a change of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldChange
from experiments.core.formatting import count, counted
from experiments.core.json_numbers import to_json
from experiments.kinds import QueueLayout
from experiments.selectors.comparison import FieldSummary, Summary
from experiments.selectors.comparison_statements import Pair
from experiments.web.comparison.forms import ComparisonAddress
from experiments.web.queue.columns import WHOLE_ANSWER, AnswerColumn, columns_of_layout
from experiments.web.type_looks import ANY, Look

WIDTHS = {"num": 128, "t-choice": 128, "t-list": 190, "t-obj": 190, "t-text": 204, "t-date": 132}
MOST_PAIRS = 12
MAX_PAIR = 60
THOUSAND = 1000
CHANGE_WORDS = {
    FieldChange.OTHER: "Other value",
    FieldChange.HIGHER: "Higher in B",
    FieldChange.LOWER: "Lower in B",
    FieldChange.NEAR: "Less than that (not counted)",
    FieldChange.FILLED: "null → filled",
    FieldChange.EMPTIED: "filled → null",
    FieldChange.MORE: "More entries in B",
    FieldChange.FEWER: "Fewer entries in B",
}


@dataclass(frozen=True)
class Choice:
    """A filter. `number`: how many rows it leaves, as a text; `look` is a class of its color."""

    label: str
    number: str
    query: str
    active: bool = False
    icon: str = ""
    look: str = ""
    width: int = 0
    """Of its bar, in thousandths."""


@dataclass(frozen=True)
class Head:
    """Of a field. `same`: the share of answers that agree, in per cent; None where nobody can say."""

    at: int
    field: str
    """As an address has it; "" is the whole answer."""
    name: str
    look: Look
    width: int
    is_counted: bool
    is_number: bool
    same: float | None
    note: str
    title: str
    values: tuple[Choice, ...]
    choices: tuple[Choice, ...]
    more: str
    moves: str

    @property
    def in_words(self) -> str:
        return "No answers in both" if self.same is None else f"{self.same:g}% same"


def number_of(summary: Summary, number: int) -> str:
    """How many rows, or of a sample the share."""
    if not summary.is_sample:
        return count(number)
    return f"{percent(number / summary.rows if summary.rows else 0):g}%"


def percent(share: float) -> float:
    """With a tenth; only none is 0 and only all is 100."""
    rounded = round(share * 100, 1)
    return min(max(rounded, 0.1), 99.9) if share not in (0, 1) else rounded


def _answer_columns(layouts: Sequence[QueueLayout]) -> dict[str, AnswerColumn]:
    found: dict[str, AnswerColumn] = {}
    for layout in layouts:
        for column in columns_of_layout(layout).answers:
            found.setdefault(column.field, column)
    return found


def heads_of(layouts: Sequence[QueueLayout], summary: Summary, address: ComparisonAddress) -> tuple[Head, ...]:
    looks = _answer_columns(layouts)
    return tuple(
        _head(at, of_field, looks.get(of_field.name), summary, address) for at, of_field in enumerate(summary.fields)
    )


def _head(
    at: int, of_field: FieldSummary, column: AnswerColumn | None, summary: Summary, address: ComparisonAddress
) -> Head:
    look = column.look if column else ANY
    same, name = of_field.share_same, of_field.name
    values, more = _values(of_field, summary, address) if look.cell == "t-choice" else ((), "")
    is_number, moves = "num" in look.cell, address.moves.get(name)
    differ = number_of(summary, of_field.differ)
    changes = [change for change in of_field.changes if change is not FieldChange.EQUAL]
    choices = [
        Choice(
            change_in_words(change, moves),
            number_of(summary, of_field.changes[change]),
            address.rows(field=name, change=change),
            address.wanted.field == name and address.wanted.change is change,
        )
        for change in changes
        if not (values and change is FieldChange.OTHER)
    ]
    if not values and len(changes) != 1:
        everything = Choice("Rows where it differs", differ, address.rows(field=name))
        choices = [everything, *choices] if of_field.differ else []
    return Head(
        at=at,
        field=name,
        name=name or WHOLE_ANSWER,
        look=look,
        width=WIDTHS.get(look.cell.split()[-1], WIDTHS["t-text"]),
        is_counted=of_field.is_counted,
        is_number=is_number,
        same=None if same is None else percent(same),
        note=differ if of_field.is_counted else "not counted",
        title=f"{differ} changed" if of_field.is_counted else "not counted",
        values=values,
        choices=tuple(choices),
        more=more,
        moves="" if moves is None else f"{moves:f}",
    )


def change_in_words(change: FieldChange, moves: Any) -> str:
    if moves is None or change not in (FieldChange.HIGHER, FieldChange.LOWER, FieldChange.NEAR):
        return CHANGE_WORDS[change]
    words = {FieldChange.HIGHER: "Up {} or more", FieldChange.LOWER: "Down {} or more"}
    return words.get(change, "Less than {} (not counted)").format(f"{moves:f}")


def _values(of_field: FieldSummary, summary: Summary, address: ComparisonAddress) -> tuple[tuple[Choice, ...], str]:
    """Pairs of values, and how many there are beyond these."""
    most = max((pair.rows for pair in of_field.pairs), default=0)
    shown = [pair for pair in of_field.pairs if None not in (pair.a, pair.b)][:MOST_PAIRS]
    values = tuple(
        Choice(
            f"{short(pair.a)} → {short(pair.b)}",
            number_of(summary, pair.rows),
            address.rows(field=of_field.name, **{"from": plain(pair.a), "to": plain(pair.b)}),
            address.wanted.pair == (plain(pair.a), plain(pair.b)) and address.wanted.field == of_field.name,
            width=max(pair.rows * THOUSAND // most, 4),
        )
        for pair in shown
    )
    others: list[Pair] = [pair for pair in of_field.pairs if None not in (pair.a, pair.b)][MOST_PAIRS:]
    rows = number_of(summary, sum(pair.rows for pair in others))
    return values, f"{rows} more in {counted(len(others), 'other pair')}" if others else ""


def plain(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def short(value: Any) -> str:
    text = plain(value)
    return text if len(text) <= MAX_PAIR else f"{text[:MAX_PAIR]}…"

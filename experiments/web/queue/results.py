"""The distributions as bars that lead to their rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from experiments.core.formatting import count, in_one_line
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.selectors import results
from experiments.web.queue import summary
from experiments.web.queue.forms import LONGEST_VALUE
from experiments.web.queue.summary import Shown
from experiments.web.queue.table import query

WHOLE = 1000
LEAST = 4
"""Thousandths of the longest bar that a count above zero gets."""
REFRESH_S = 30
LONGEST_LABEL = 80


@dataclass(frozen=True)
class Bar:
    """`width` in thousandths of the longest; `query` filters the table, "" where that cannot be asked for."""

    label: str
    count: int
    share: str
    width: int
    query: str


@dataclass(frozen=True)
class Distribution:
    """`empty`: the rows whose answer leaves the field out, as a bar; None where there are none."""

    name: str
    about: str
    facts: str
    bars: tuple[Bar, ...]
    empty: Bar | None


@dataclass(frozen=True)
class ShownResults(Shown):
    answered: int
    fields: tuple[Distribution, ...]
    seconds: int | None
    """How often they are asked for again; None where no answer will come."""


def shown(queue: Queue) -> ShownResults:
    found = results.distributions(queue)
    free = {one["name"] for one in kind_of(queue).response_fields(queue) if _is_free_text(one)}
    fields = tuple(_distribution(field, is_text=field["name"] in free) for field in found["fields"])
    answered = found["fields"][0]["answered"] if fields else 0
    return ShownResults("results", answered, fields, REFRESH_S if summary.moves(queue) else None)


def _is_free_text(field: Mapping[str, Any]) -> bool:
    return field["type"] == "string" and not field.get("choices")


def _distribution(field: Mapping[str, Any], *, is_text: bool) -> Distribution:
    bars = {"values": _values, "numbers": _bins, "lengths": _bins}[field["kind"]](field)
    empty = _bar(field, "empty", field["empty"], field["answered"], blank="1") if field["empty"] else None
    about = {
        "values": "text" if is_text else field["type"],
        "numbers": field["type"],
        "lengths": "text, by its length in characters",
    }
    return Distribution(field["name"], about[field["kind"]], _facts(field, is_text), bars, empty)


def _facts(field: Mapping[str, Any], is_text: bool) -> str:
    if field["kind"] == "values":
        return _lengths(field["values"]) if is_text else ""
    return "" if field["mean"] is None else _spread(field["min"], field["max"], field["mean"])


def _lengths(values: Sequence[Mapping[str, Any]]) -> str:
    """A text of which there are few is counted value by value, and is a text all the same."""
    lengths = [(len(one["value"]), one["count"]) for one in values if isinstance(one["value"], str)]
    if not lengths:
        return ""
    shortest, longest = min(lengths)[0], max(lengths)[0]
    if shortest == longest:
        return f"{_number(shortest)} character{'' if shortest == 1 else 's'}"
    mean = sum(length * count for length, count in lengths) / sum(count for _, count in lengths)
    return f"{_spread(shortest, longest, mean)}, in characters"


def _spread(least: int | float, most: int | float, mean: int | float) -> str:
    rounded = round(mean) if abs(mean) >= 1000 else float(f"{mean:.3g}")
    return f"{_number(least)} to {_number(most)}, {_number(rounded)} on average"


def _values(field: Mapping[str, Any]) -> tuple[Bar, ...]:
    longest = max((one["count"] for one in field["values"]), default=0)
    bars = [
        _bar(field, _text(one["value"]), one["count"], longest, value=_text(one["value"])) for one in field["values"]
    ]
    if field["others"]:
        bars.append(Bar("other values", field["others"], _share(field["others"], field), 0, ""))
    return tuple(bars)


def _bins(field: Mapping[str, Any]) -> tuple[Bar, ...]:
    longest = max((one["count"] for one in field["bins"]), default=0)
    whole = field["kind"] == "lengths" or field["type"] == "integer"
    return tuple(
        _bar(field, _range(one, whole), one["count"], longest, least=one["from"], below=one["to"])
        for one in field["bins"]
    )


def _bar(field: Mapping[str, Any], label: str, number: int, longest: int, **wanted: Any) -> Bar:
    width = max(LEAST, number * WHOLE // longest) if number else 0
    asked = query({"field": field["name"], **wanted}) if _can_be_asked(wanted) else ""
    return Bar(in_one_line(label, LONGEST_LABEL), number, _share(number, field), width, asked)


def _can_be_asked(wanted: Mapping[str, Any]) -> bool:
    value = wanted.get("value", " ")
    return bool(value) and len(value) <= LONGEST_VALUE


def _share(number: int, field: Mapping[str, Any]) -> str:
    """Of the rows with an answer, in whole per cents; what is not none is never 0 %, what is not all never 100 %."""
    if not field["answered"]:
        return ""
    percent = round(100 * number / field["answered"])
    if number and not percent:
        return "< 1 %"
    return "> 99 %" if percent == 100 and number < field["answered"] else f"{percent} %"


def _range(one: Mapping[str, Any], whole: bool) -> str:
    start, end = one["from"], one["to"]
    if not whole:
        return f"{_number(start)} to {_number(end)}"
    last = end - 1
    return _number(start) if last <= start else f"{_number(start)} to {_number(last)}"


def _number(number: int | float) -> str:
    if abs(number) >= 1e9 or (number and abs(number) < 1e-4):
        return f"{Decimal(number):.4g}"
    return count(number) if isinstance(number, int) else f"{number:,.4f}".rstrip("0").rstrip(".")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""The distributions as bars that lead to their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from experiments.core.formatting import count, counted, in_one_line
from experiments.core.json_numbers import to_json
from experiments.kinds import QueueLayout
from experiments.models import Queue
from experiments.response_schema.field_types import traits_of_field
from experiments.response_schema.leaves import Leaf, leaves_of_fields
from experiments.selectors import results
from experiments.web.page_part import PagePart, changes_by_itself
from experiments.web.queue.forms import MAX_VALUE, query_string

WHOLE = 1000
LEAST = 4
"""Thousandths of the longest bar that a count above zero gets at least."""
REFRESH_S = 30
MAX_LABEL = 80
_ABOUT = {"lengths": "text, by its length in characters", "items": "list, by how many items it has"}


@dataclass(frozen=True)
class Bar:
    """`width` in thousandths of the longest bar; `query` filters the table by it, "" where no filter can."""

    label: str
    count: int
    share: str
    width: int
    query: str


@dataclass(frozen=True)
class Distribution:
    """Of one field: `about` is its type, `summary` its range and mean.

    `empty` is the bar of the answers without the field; None where there are none.
    """

    name: str
    about: str
    summary: str
    bars: tuple[Bar, ...]
    empty: Bar | None


@dataclass(frozen=True)
class ShownResults(PagePart):
    """`answered` rows have an answer. `sampled`: they succeeded, and so many of them were looked at; None: all were."""

    answered: int
    fields: tuple[Distribution, ...]
    seconds: int | None
    """Until they are asked for again; None where no more answers are to come."""
    sampled: int | None = None


def results_of_queue(queue: Queue, layout: QueueLayout, *, whole: bool = False) -> ShownResults:
    """`whole`: all rows are counted, however long that takes."""
    found = results.distributions(queue) if whole else results.distributions_at_once(queue)
    sampled = found.get("sampled")
    leaves = {leaf.name: leaf for leaf in leaves_of_fields(layout.response_fields)}
    fields = tuple(_distribution(field, leaves[field["name"]]) for field in found["fields"])
    answered = queue.succeeded if sampled is not None else found["fields"][0]["answered"] if fields else 0
    return ShownResults("results", answered, fields, REFRESH_S if changes_by_itself(queue) else None, sampled)


def is_free_text(field: Mapping[str, Any]) -> bool:
    """Whether the length of a value says something about it."""
    traits = traits_of_field(field)
    return traits.is_text and traits.has_bins and not field.get("choices")


def _distribution(field: Mapping[str, Any], leaf: Leaf) -> Distribution:
    empty = _bar(field, "empty", field["empty"], field["answered"], blank="1") if field["empty"] else None
    if field["kind"] == "values":
        is_text = is_free_text(leaf.field) and not leaf.is_many
        about = "text" if is_text else field["type"]
        summary = _lengths_in_words(field["values"]) if is_text else ""
        return Distribution(field["name"], about, summary, _bars_of_values(field), empty)
    if field["kind"] == "filled":
        filled = _bar(field, "filled", field["answered"] - field["empty"], field["answered"])
        return Distribution(field["name"], field["type"], "", (filled,), empty)
    if field["kind"] == "dates":
        summary = "" if field["min"] is None else f"{field['min']} to {field['max']}"
        return Distribution(field["name"], field["type"], summary, _bars_of_dates(field), empty)
    about = _ABOUT.get(field["kind"], field["type"])
    summary = "" if field["mean"] is None else _range_in_words(field["min"], field["max"], field["mean"])
    return Distribution(field["name"], about, summary, _bars_of_bins(field, leaf), empty)


def _lengths_in_words(values: Sequence[Mapping[str, Any]]) -> str:
    """The lengths of texts that have few different values, so that each value has a bar."""
    lengths = [(len(one["value"]), one["count"]) for one in values if isinstance(one["value"], str)]
    if not lengths:
        return ""
    shortest, longest = min(lengths)[0], max(lengths)[0]
    if shortest == longest:
        return counted(shortest, "character")
    mean = sum(length * number for length, number in lengths) / sum(number for _, number in lengths)
    return f"{_range_in_words(shortest, longest, mean)}, in characters"


def _range_in_words(least: int | float, most: int | float, mean: int | float) -> str:
    rounded = round(mean) if abs(mean) >= 1000 else float(f"{mean:.3g}")
    return f"{number_in_words(least)} to {number_in_words(most)}, {number_in_words(rounded)} on average"


def _bars_of_values(field: Mapping[str, Any]) -> tuple[Bar, ...]:
    longest = max((one["count"] for one in field["values"]), default=0)
    bars = []
    for one in field["values"]:
        text = one["value"] if isinstance(one["value"], str) else to_json(one["value"])
        bars.append(_bar(field, text, one["count"], longest, value=text))
    if field["others"]:
        bars.append(Bar("other values", field["others"], share(field["others"], field), 0, ""))
    return tuple(bars)


def _bars_of_bins(field: Mapping[str, Any], leaf: Leaf) -> tuple[Bar, ...]:
    longest = max((one["count"] for one in field["bins"]), default=0)
    whole = traits_of_field(leaf.field).is_whole
    return tuple(
        _bar(field, bin_label(one, field, whole), one["count"], longest, least=one["from"], below=one["to"])
        for one in field["bins"]
    )


def _bars_of_dates(field: Mapping[str, Any]) -> tuple[Bar, ...]:
    longest = max((one["count"] for one in field["bins"]), default=0)
    bars = []
    for one in field["bins"]:
        bounds = {"least": one["from"]} | ({"below": one["to"]} if one["to"] else {})
        bars.append(_bar(field, date_label(one), one["count"], longest, **bounds))
    return tuple(bars)


def date_label(one: Mapping[str, Any]) -> str:
    """`2026`, `Jan 2026`, `Jan 31, 2026`, or the years of a longer bin."""
    first, end = date.fromisoformat(one["from"]), date.fromisoformat(one["to"] or "9999-12-31")
    days = (end - first).days
    if days <= 1:
        return f"{first:%b} {first.day}, {first.year}"
    if days <= 31:
        return f"{first:%b} {first.year}"
    last = (end - timedelta(days=1)).year
    return str(first.year) if first.year == last else f"{first.year} to {last}"


def _bar(field: Mapping[str, Any], label: str, number: int, longest: int, **wanted: Any) -> Bar:
    """`wanted`: what filters the rows behind the bar. An address takes no empty text and no very long one."""
    width = max(LEAST, number * WHOLE // longest) if number else 0
    can_filter = 0 < len(wanted.get("value", " ")) <= MAX_VALUE
    query = query_string({"field": field["name"], **wanted}) if can_filter else ""
    return Bar(in_one_line(label, MAX_LABEL), number, share(number, field), width, query)


def share(number: int, field: Mapping[str, Any]) -> str:
    """Of the rows with an answer, in whole per cents: 0 % is none of them, 100 % is all."""
    if not field["answered"]:
        return ""
    percent = round(100 * number / field["answered"])
    if number and not percent:
        return "< 1%"
    return "> 99%" if percent == 100 and number < field["answered"] else f"{percent}%"


def bin_label(one: Mapping[str, Any], field: Mapping[str, Any], whole: bool) -> str:
    """Up to the highest value that there is: `100`, and not `100 to 109`, where none is above 100."""
    start, end = one["from"], one["to"]
    last = min(end - 1 if whole else end, field["max"])
    return number_in_words(start) if last <= start else f"{number_in_words(start)} to {number_in_words(last)}"


def number_in_words(number: int | float) -> str:
    if abs(number) >= 1e9 or (number and abs(number) < 1e-4):
        return f"{Decimal(number):.4g}"
    return count(number) if isinstance(number, int) else f"{number:,.4f}".rstrip("0").rstrip(".")

"""How the answers are distributed, in the heads of their columns and in the menus that filter by them.

A bar is `on` where a filter by its values is set and wants it, and `off` where it does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import count, in_one_line
from experiments.core.json_numbers import to_json
from experiments.selectors.answer_filter import number
from experiments.selectors.field_filter import ANY, BETWEEN, NONE, PREFIX, FieldFilter, field_filters
from experiments.web.queue.column_heads import ColumnHead, Part
from experiments.web.queue.results import MAX_LABEL, WHOLE, bin_label, date_label, number_in_words, share

BAR = 10
"""Width of a bar of a chart with the gap behind it."""
TALL, TALLER = 18, 56
"""Heights of the chart in a head, and in its menu."""
COUNTED = ("numbers", "lengths", "items")
CHARACTERS = {"lengths": " characters", "items": " items"}


@dataclass(frozen=True)
class ChartBar:
    left: int
    top: float
    height: float
    label: str = ""
    look: str = ""


@dataclass(frozen=True)
class Value:
    """One that can be picked. `count` and `width`, in thousandths of the most frequent one: None where not known."""

    value: str
    label: str
    is_picked: bool
    count: int | None = None
    share: str = ""
    width: int | None = None


@dataclass(frozen=True)
class PartHead:
    """Of a value of the answer: what its place in the menu shows."""

    id: str
    key: str
    name: str
    about: str
    values: tuple[Value, ...] = ()
    histogram: tuple[ChartBar, ...] = ()

    @property
    def width(self) -> int:
        return len(self.histogram) * BAR


@dataclass(frozen=True)
class Head:
    """Of a column of answers: its chart, and what it says below it."""

    key: str
    bars: tuple[ChartBar, ...]
    says: tuple[str, ...]
    parts: tuple[PartHead, ...]

    @property
    def width(self) -> int:
        return len(self.bars) * BAR


def heads_of_columns(
    heads: Sequence[ColumnHead], found: Mapping[str, Any], filters: Mapping[str, Any]
) -> tuple[Head, ...]:
    """A head for each column of which something is known. `found` as `selectors.results` gives it."""
    fields = {one["name"]: one for one in found["fields"]}
    asked = field_filters(filters)
    sampled = found.get("sampled") is not None
    return tuple(_head(head, fields, asked, sampled=sampled) for head in heads if head.parts)


def _head(head: ColumnHead, fields: Mapping[str, Any], asked: Sequence[FieldFilter], *, sampled: bool) -> Head:
    known = [(part, fields[part.name]) for part in head.parts if part.name in fields]
    parts = tuple(_part(part, one, sampled=sampled) for part, one in known)
    # An object has no chart of its own.
    if len(head.parts) != 1 or not known:
        says = (f"{len(head.parts)} fields",) if len(head.parts) > 1 else ()
        return Head(head.key, (), says, parts)
    part, field = known[0]
    wanted = [one for one in asked if one.name == part.name and one.how in (PREFIX, ANY, NONE)]
    return Head(head.key, _bars(part, field, TALL, wanted), _says(field), parts)


def _part(part: Part, field: Mapping[str, Any], *, sampled: bool) -> PartHead:
    histogram = _bars(part, field, TALLER, []) if field["kind"] != "values" else ()
    values = _values(part, field, sampled=sampled) if field["kind"] == "values" else ()
    return PartHead(part.id, part.key, part.name, _about(field, sampled=sampled), values, histogram)


def _about(field: Mapping[str, Any], *, sampled: bool) -> str:
    """`5,000 answers, average 53, 12 empty`."""
    answered = f"a sample of {count(field['answered'])} answers" if sampled else f"{count(field['answered'])} answers"
    found = [answered, *_summary(field)]
    if field["empty"]:
        found.append(f"{share(field['empty'], field)} empty" if sampled else f"{count(field['empty'])} empty")
    return ", ".join(found)


def _summary(field: Mapping[str, Any]) -> list[str]:
    if field["kind"] == "dates" and field["min"] is not None:
        return [field["min"] if field["min"] == field["max"] else f"{field['min']} to {field['max']}"]
    if field["kind"] in COUNTED and field["mean"] is not None and field["min"] != field["max"]:
        of = CHARACTERS.get(field["kind"], "")
        span = f"{number_in_words(field['min'])}–{number_in_words(field['max'])}{of}"
        return [span, f"average {_rounded(field['mean'])}"]
    return []


def _says(field: Mapping[str, Any]) -> tuple[str, ...]:
    """Below the chart."""
    if field["answered"] == field["empty"]:
        return ("all empty",) if field["answered"] else ("No answers yet",)
    if field["kind"] == "values":
        top = field["values"][0]
        return (f"{in_one_line(_text(top['value']), MAX_LABEL)} {share(top['count'], field)}",)
    if field["kind"] == "filled":
        return (f"{share(field['answered'] - field['empty'], field)} filled",)
    if field["kind"] == "dates":
        return (field["min"],) if field["min"] == field["max"] else (f"{field['min']} – {field['max']}",)
    of = CHARACTERS.get(field["kind"], "")
    if field["min"] == field["max"]:
        return (f"all {number_in_words(field['min'])}{of}",)
    average = f"avg {_rounded(field['mean'])}"
    if field["kind"] == "numbers":
        return (average,)
    return (f"{number_in_words(field['min'])}–{number_in_words(field['max'])}{of}", average)


def _rounded(number: float) -> str:
    return number_in_words(round(number) if abs(number) >= 100 else float(f"{number:.2g}"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def _values(part: Part, field: Mapping[str, Any], *, sampled: bool) -> tuple[Value, ...]:
    """The most frequent ones with their counts, then every other choice, then what is empty."""
    picked = {choice.value for choice in part.choices if choice.is_picked}
    most = max((one["count"] for one in field["values"]), default=0) or 1
    found = []
    for one in field["values"]:
        text, width = _text(one["value"]), one["count"] * WHOLE // most
        number_seen = None if sampled else one["count"]
        label = in_one_line(text, MAX_LABEL)
        found.append(Value(text, label, text in picked, number_seen, share(one["count"], field), width))
    seen, is_whole_list = {value.value for value in found}, not field["others"]
    for choice in part.choices:
        if choice.value not in seen:
            number_of = 0 if is_whole_list and not sampled else None
            found.append(Value(choice.value, choice.label, choice.is_picked, number_of, width=number_of))
    return tuple(found)


def _bars(part: Part, field: Mapping[str, Any], tall: int, wanted: Sequence[FieldFilter]) -> tuple[ChartBar, ...]:
    """None for one value: that is no distribution."""
    if field["kind"] == "values":
        bars = [
            (one["count"], _text(one["value"]), _wants_value(wanted, _text(one["value"]))) for one in field["values"]
        ]
    elif field["kind"] in COUNTED:
        if field["min"] == field["max"]:
            return ()
        whole = field["kind"] != "numbers" or part.is_whole
        bars = [(one["count"], bin_label(one, field, whole), _wants_bin(wanted, one)) for one in field["bins"]]
    else:
        bars = [(one["count"], date_label(one), _wants_date(wanted, one)) for one in field.get("bins", ())]
    return _chart(bars, tall) if len(bars) > 1 else ()


def _chart(bars: Sequence[tuple[int, str, bool | None]], tall: int) -> tuple[ChartBar, ...]:
    most = max((one for one, _, _ in bars), default=0)
    looks = {None: "", True: "on", False: "off"}
    drawn = []
    for at, (number_in, label, is_wanted) in enumerate(bars):
        height = max(1.0, round(number_in * tall / most, 1)) if number_in else 0.0
        shown = f"{label}: {count(number_in)}"
        drawn.append(ChartBar(at * BAR, round(tall - height, 1), height, shown, looks[is_wanted]))
    return tuple(drawn)


def _wants_value(wanted: Sequence[FieldFilter], text: str) -> bool | None:
    """None where no filter says."""
    return all((text in one.values) is (one.how != NONE) for one in wanted) if wanted else None


def _ranges(wanted: Sequence[FieldFilter]) -> list[tuple[str, str]]:
    """The first and the last one of each; "" where it is open."""
    texts = [one.values[0] for one in wanted if one.how == PREFIX and one.values[0]]
    return [(text.partition(BETWEEN)[0], text.partition(BETWEEN)[2] if BETWEEN in text else text) for text in texts]


def _wants_bin(wanted: Sequence[FieldFilter], one: Mapping[str, Any]) -> bool | None:
    ends = [(number(first), number(last)) for first, last in _ranges(wanted)]
    if not ends:
        return None
    return all((first is None or first < one["to"]) and (last is None or last >= one["from"]) for first, last in ends)


def _wants_date(wanted: Sequence[FieldFilter], one: Mapping[str, Any]) -> bool | None:
    """`to` is None where a bin has no end."""
    ranges = _ranges(wanted)
    if not ranges:
        return None
    return all(
        (not one["to"] or first < one["to"]) and (not last or one["from"][: len(last)] <= last)
        for first, last in ranges
    )

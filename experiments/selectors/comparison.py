"""Two queues with the same rows, field by field: how many answers agree, and which rows differ.

Up to `AT_ONCE` rows all of them are looked at, and those with most changes come first. Of more than that pages count a
sample and say so, and their rows come in row order, from stretches that are looked through while there is time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from random import Random
from time import monotonic
from typing import Any
from zlib import crc32

from experiments.core.choices import ErrorCode, FieldChange, FieldType, FieldWay, RowMatch
from experiments.core.errors import Conflict, InvalidInput
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.response_schema.field_types import traits_of_field
from experiments.selectors import cached_counts
from experiments.selectors.comparison_statements import (
    ANSWERED,
    FAILED,
    LETTERS,
    Both,
    ComparedField,
    Line,
    Pair,
    Where,
    counted_lines,
    lines,
    pairs,
)
from experiments.selectors.items import FIRST_STRETCH, LONGER

AT_ONCE = 20_000
COMPUTED = 2000
"""Up to so many rows nothing is cached."""
SAMPLE = 600
"""A share is right to about 4 in 100 with them."""
LOOK_S = 0.4
"""So long a page looks for rows."""
STRETCH = 5000
ONE_ANSWER_RANK = 2
CHECKED = 20
"""Rows whose cells are compared before anything else."""
NEITHER = (LETTERS[FieldChange.EQUAL], LETTERS[FieldChange.NEAR])
"""A field with these counts as the same."""
SHORTEST, FARTHEST, LONGEST_NUMBER = Decimal("1e-15"), Decimal("1e15"), 40
TOLERANCE = "tolerance."
"""What an address calls one, before the name of its field."""
CHANGES = {letter: change for change, letter in LETTERS.items()}
_WAYS = {FieldType.NUMBER: FieldWay.NUMBER, FieldType.INTEGER: FieldWay.NUMBER, FieldType.LIST: FieldWay.LIST}


@dataclass(frozen=True)
class Wanted:
    """Which rows: by how they match, by the one in which they failed, by a field and its change, by two values there,
    by a text. `by_row`: in row order."""

    match: RowMatch | None = None
    failed_in: str = ""
    """`a` or `b`: answered in the other."""
    field: str = ""
    change: FieldChange | None = None
    pair: tuple[str, str] | None = None
    search: str = ""
    by_row: bool = False


@dataclass(frozen=True)
class FieldSummary:
    """Of the rows that are answered in both. `pairs`: of values that differ; none where there are too many rows."""

    name: str
    is_counted: bool
    answered: int
    changes: dict[FieldChange, int]
    pairs: tuple[Pair, ...] = ()

    @property
    def differ(self) -> int:
        return sum(number for change, number in self.changes.items() if LETTERS[change] not in NEITHER)

    @property
    def share_same(self) -> float | None:
        return 1 - self.differ / self.answered if self.answered else None


@dataclass(frozen=True)
class Summary:
    """`rows` were looked at; `is_sample`: there are more."""

    rows: int
    is_sample: bool
    matches: dict[RowMatch, int]
    failed_in_a: int
    failed_in_b: int
    fields: tuple[FieldSummary, ...]


@dataclass(frozen=True)
class FoundLines:
    """A page. `number`: how many rows there are in all, where that is known. `before` and `after` begin other pages.

    `looked_to`: the row that a search came to in its time."""

    lines: list[Line]
    number: int | None
    start: int = 0
    before: int | None = None
    after: int | None = None
    looked_to: int | None = None


def with_same_rows(queue: Queue, user: Any) -> list[Queue]:
    """Those that it can be compared with, the newest first."""
    return list(kind_of(queue).with_same_rows(queue, user)[:200])


def compared(a: Queue, b: Queue, moves: dict[str, Any], tolerances: dict[str, Any] | None = None) -> Both:
    """`Conflict` where their rows are not the same. `moves`: by how much a number has to move to count; `tolerances`:
    by how much it may without counting, `InvalidInput` where there is no such field of numbers."""
    _refuse_other_rows(a, b)
    tolerances = tolerances or {}
    fields: dict[str, Any] = {}
    for queue in (a, b):
        for field in kind_of(queue).response_fields(queue):
            fields.setdefault(field["name"], field)
    found = tuple(
        ComparedField(name, _WAYS.get(FieldType(field["type"]), FieldWay.VALUE), moves.get(name), tolerances.get(name))
        for name, field in fields.items()
    )
    _refuse_tolerances(found, tolerances)
    return Both(a, b, found or (ComparedField("", FieldWay.VALUE),), tuple(fields.values()))


def counted_fields(both: Both) -> frozenset[str]:
    """Those that count unless somebody chooses others: free text nearly always differs."""
    free = {
        field["name"]
        for queue in (both.a, both.b)
        for field in kind_of(queue).response_fields(queue)
        if traits_of_field(field).is_text and traits_of_field(field).has_bins and not field.get("choices")
    }
    names = frozenset(field.name for field in both.fields)
    return names - free or names


def _refuse_other_rows(a: Queue, b: Queue) -> None:
    chosen = Random(a.pk.int ^ b.pk.int).sample(range(min(a.total, b.total)), min(CHECKED, a.total, b.total))  # noqa: S311
    found = [dict(queue.rows.filter(row_index__in=chosen).values_list("row_index", "payload")) for queue in (a, b)]
    both = found[0].keys() & found[1].keys()
    if not both:
        missing = "These two have no rows in common, or their rows were removed."
        raise Conflict(missing, code=ErrorCode.DIFFERENT_DATASETS)
    other = next((index for index in sorted(both) if found[0][index] != found[1][index]), None)
    if other is not None:
        sentence = (
            f"{a.name} and {b.name} don’t have the same rows: row {other:,} differs. Duplicate a batch to compare it "
            "with itself under other settings."
        )
        raise Conflict(sentence, code=ErrorCode.DIFFERENT_DATASETS)


def _refuse_tolerances(fields: Sequence[ComparedField], tolerances: dict[str, Any]) -> None:
    numbers = [field.name for field in fields if field.way is FieldWay.NUMBER]
    for name in tolerances:
        if name in numbers:
            continue
        known = any(field.name == name for field in fields)
        wrong = f"{name} has no numbers." if known else f"There is no field {name[:100]}."
        named = f"Fields of numbers: {', '.join(numbers)}." if numbers else "No field has numbers."
        code = ErrorCode.INVALID if known else ErrorCode.UNKNOWN
        raise InvalidInput(f"{wrong} {named}", code=code, attr=f"{TOLERANCE}{name[:100]}")


def distance(text: str) -> Decimal | None:
    """How far two numbers may be apart; None where the text says nothing of the kind."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    fits = number.is_finite() and (number == 0 or SHORTEST <= number < FARTHEST)
    return number if fits and len(text) < LONGEST_NUMBER else None


def match_of(line: Line, counted: Sequence[int]) -> RowMatch:
    """`counted`: the places of the fields that count."""
    ended = (line.a_ended, line.b_ended)
    if ended == (ANSWERED, ANSWERED):
        return RowMatch.CHANGED if changed_fields(line, counted) else RowMatch.SAME
    if ANSWERED in ended:
        return RowMatch.ONLY_A if line.a_ended == ANSWERED else RowMatch.ONLY_B
    return RowMatch.FAILED if ended == (FAILED, FAILED) else RowMatch.OPEN


def changed_fields(line: Line, counted: Sequence[int]) -> int:
    """How many; none of a row without two answers."""
    return sum(line.letters[at] not in NEITHER for at in counted) if line.letters else 0


def summary(both: Both, counted: frozenset[str], *, whole: bool = False) -> Summary:
    """`whole`: all rows are counted, however long that takes."""
    total = max(both.a.total, both.b.total)
    if total <= AT_ONCE:
        found = [(*line[1:], number) for line, number in Counter(_numberless(all_lines(both))).items()]
        return _summary(both, counted, found, pairs(both, Where()), is_sample=False)
    key, version = _key(both, "counts"), _version(both)
    known = cached_counts.known(key, version=version)
    if known is None and not whole:
        chosen = Where(chosen=tuple(Random(both.a.pk.int).sample(range(total), SAMPLE)))  # noqa: S311  no secret
        counts = cached_counts.cached(
            _key(both, "sample"),
            rows=total,
            version=version,
            compute=lambda: (counted_lines(both, chosen), pairs(both, chosen)),
        )
        return _summary(both, counted, *counts, is_sample=True)
    counts = known or cached_counts.cached(
        key, rows=total, version=version, compute=lambda: (counted_lines(both, Where()), _few(pairs(both, Where())))
    )
    return _summary(both, counted, *counts, is_sample=False)


def _numberless(found: Iterable[Line]) -> Iterable[Line]:
    return (line._replace(row=0) for line in found)


def _few(found: dict[str, list[Pair]]) -> dict[str, list[Pair]]:
    return {name: of_field[:200] for name, of_field in found.items()}


def all_lines(both: Both) -> list[Line]:
    """Of all rows, where they are few enough for that."""
    total = max(both.a.total, both.b.total)
    return cached_counts.cached(
        _key(both, "lines"), rows=total, version=_version(both), compute=lambda: lines(both, Where()), large=COMPUTED
    )


def _key(both: Both, what: str) -> str:
    return f"comparison.{what}.{both.a.pk}.{both.b.pk}.{crc32(repr(both.fields).encode()):08x}"


def _version(both: Both) -> tuple[tuple[int, ...], ...]:
    return tuple((one.total, one.succeeded, one.failed, one.calls, one.corrections) for one in (both.a, both.b))


def _summary(
    both: Both,
    counted: frozenset[str],
    found: Sequence[tuple[int, int, str, int]],
    different: dict[str, list[Pair]],
    *,
    is_sample: bool,
) -> Summary:
    places = places_of(both, counted)
    matches: Counter[RowMatch] = Counter()
    by_field: list[Counter[FieldChange]] = [Counter() for _ in both.fields]
    failed_in: Counter[tuple[int, int]] = Counter()
    for a_ended, b_ended, letters, number in found:
        matches[match_of(Line(0, a_ended, b_ended, letters), places)] += number
        failed_in[a_ended, b_ended] += number
        for at, letter in enumerate(letters):
            by_field[at][CHANGES[letter]] += number
    fields = tuple(
        FieldSummary(
            field.name,
            field.name in counted,
            changes.total(),
            {change: changes[change] for change in FieldChange if changes[change]},
            tuple(different.get(field.name, ())),
        )
        for field, changes in zip(both.fields, by_field, strict=True)
    )
    return Summary(
        rows=matches.total(),
        is_sample=is_sample,
        matches={match: matches[match] for match in RowMatch},
        failed_in_a=failed_in[FAILED, ANSWERED],
        failed_in_b=failed_in[ANSWERED, FAILED],
        fields=fields,
    )


def places_of(both: Both, counted: frozenset[str]) -> tuple[int, ...]:
    return tuple(at for at, field in enumerate(both.fields) if field.name in counted)


def find_lines(
    both: Both, counted: frozenset[str], wanted: Wanted, *, want: int, after: int | None, before: int | None
) -> FoundLines:
    """The page behind `after`, or the one before `before`: places among the rows where all are known, else rows."""
    places, fits = places_of(both, counted), _filter(both, counted, wanted)
    if max(both.a.total, both.b.total) > AT_ONCE:
        return _look_through(both, wanted, fits, want=want, after=after, before=before)
    narrow = wanted.search or wanted.pair is not None
    found = [line for line in (lines(both, _where(wanted)) if narrow else all_lines(both)) if fits(line)]
    if not wanted.by_row:
        found.sort(key=lambda line: (-_rank(line, places), line.row))
    start = max(before - want, 0) if before is not None else after or 0
    end = start + want
    return FoundLines(
        found[start:end],
        len(found),
        start,
        before=start if start and found else None,
        after=end if end < len(found) else None,
    )


def all_found(both: Both, counted: frozenset[str], wanted: Wanted) -> Iterator[Line]:
    """All of them, in row order, from stretches."""
    fits = _filter(both, counted, wanted)
    for start in range(0, max(both.a.total, both.b.total), STRETCH):
        here = (start, start + STRETCH - 1)
        yield from (line for line in lines(both, _where(wanted, here)) if fits(line))


def _filter(both: Both, counted: frozenset[str], wanted: Wanted) -> Callable[[Line], bool]:
    """`InvalidInput` where it names a field that there is not."""
    places = places_of(both, counted)
    field = next((at for at, one in enumerate(both.fields) if one.name == wanted.field), None)
    if wanted.field and field is None:
        raise InvalidInput(f"There is no field {wanted.field[:100]}.", code=ErrorCode.UNKNOWN, attr="field")
    return lambda line: _fits(line, wanted, places, field)


def _rank(line: Line, places: Sequence[int]) -> int:
    """Rows in which more fields changed come first; one with an answer on one side is like one with two changes."""
    return ONE_ANSWER_RANK if (line.a_ended == ANSWERED) != (line.b_ended == ANSWERED) else changed_fields(line, places)


def _where(wanted: Wanted, stretch: tuple[int, int] | None = None) -> Where:
    return Where(stretch=stretch, search=wanted.search, field=wanted.field, pair=wanted.pair)


def _fits(line: Line, wanted: Wanted, places: Sequence[int], field: int | None) -> bool:
    if wanted.match is not None and match_of(line, places) is not wanted.match:
        return False
    if wanted.failed_in:
        ended = {"a": (FAILED, ANSWERED), "b": (ANSWERED, FAILED)}
        if (line.a_ended, line.b_ended) != ended.get(wanted.failed_in):
            return False
    if field is None or wanted.pair is not None:
        return True
    if not line.letters:
        return False
    return line.letters[field] == LETTERS[wanted.change] if wanted.change else line.letters[field] not in NEITHER


def _look_through(
    both: Both, wanted: Wanted, fits: Callable[[Line], bool], *, want: int, after: int | None, before: int | None
) -> FoundLines:
    """Stretches of rows, each longer than the last, until a page is full or the time is up."""
    began, down, stretch = monotonic(), before is not None, FIRST_STRETCH
    place = before if before is not None else -1 if after is None else after
    end = 0 if down else max(both.a.total, both.b.total) - 1
    found: list[Line] = []
    while len(found) <= want and (place > end if down else place < end):
        since = monotonic()
        reached = max(place - stretch, end) if down else min(place + stretch, end)
        here = (reached, place - 1) if down else (place + 1, reached)
        fresh = [line for line in lines(both, _where(wanted, here)) if fits(line)]
        found += reversed(fresh) if down else fresh
        place, now = reached, monotonic()
        left_s = LOOK_S - (now - began)
        if left_s <= 0:
            break
        stretch = max(int(stretch * min(LONGER, left_s / max(now - since, 1e-6))), FIRST_STRETCH)
    more, looked_to = len(found) > want, None if place == end or len(found) > want else place
    shown = sorted(found[:want])
    onward = looked_to if looked_to is not None else shown[-1].row if shown and (more or down) else None
    back = shown[0].row if shown else None
    if before is not None:
        first = back if more or looked_to else None
        return FoundLines(shown, None, before=first, after=before - 1, looked_to=looked_to)
    return FoundLines(shown, None, before=back if after is not None else None, after=onward, looked_to=looked_to)

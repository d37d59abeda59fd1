"""What PostgreSQL says of two queues whose rows are the same: a line for each row, or how many lines say the same.

A line has how the row ended in either, and a letter for each field (`LETTERS`). The answers stay in the database.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from experiments.core.choices import FieldChange, FieldWay, RowStatus
from experiments.core.json_text import parse_kept
from experiments.models import Queue

NOT_ENDED, ANSWERED, FAILED = range(3)
"""How a row ended; a row that a queue lacks has not."""
LETTERS = dict(zip(FieldChange, "=nhlfemro", strict=True))

_SIDE = """
SELECT row_index, payload, coalesce(corrected_payload, result_payload) AS answer,
       CASE WHEN corrected_payload IS NOT NULL OR status = %(succeeded)s THEN {answered}
            WHEN status = %(failed)s THEN {failed} ELSE {not_ended} END AS ended
FROM experiments_queueitem WHERE queue_id = %({side})s {here}
"""
_NUMBER = "(jsonb_typeof({v}) = 'number')"
_APART = "abs(f.vb::numeric - f.va::numeric)"
_MORE = """
EXISTS (SELECT one FROM jsonb_array_elements({more}) AS one EXCEPT SELECT one FROM jsonb_array_elements({v}) AS one)
"""
# Null and no value are the same. Numbers are those of a threshold: a smaller move is none.
_LETTER = f"""
CASE
WHEN f.va IS NOT DISTINCT FROM f.vb THEN '{LETTERS[FieldChange.EQUAL]}'
WHEN f.va IS NULL THEN '{LETTERS[FieldChange.FILLED]}'
WHEN f.vb IS NULL THEN '{LETTERS[FieldChange.EMPTIED]}'
WHEN f.way = '{FieldWay.NUMBER.value}' AND {_NUMBER.format(v="f.va")} AND {_NUMBER.format(v="f.vb")} THEN
  CASE WHEN {_APART} < f.moves OR {_APART} <= f.tolerance THEN '{LETTERS[FieldChange.NEAR]}'
       WHEN f.vb::numeric > f.va::numeric THEN '{LETTERS[FieldChange.HIGHER]}' ELSE '{LETTERS[FieldChange.LOWER]}' END
WHEN f.way = '{FieldWay.LIST.value}' AND jsonb_typeof(f.va) = 'array' AND jsonb_typeof(f.vb) = 'array' THEN
  CASE WHEN {_MORE.format(more="f.va", v="f.vb")} THEN
         CASE WHEN {_MORE.format(more="f.vb", v="f.va")} THEN '{LETTERS[FieldChange.OTHER]}'
              ELSE '{LETTERS[FieldChange.FEWER]}' END
       WHEN {_MORE.format(more="f.vb", v="f.va")} THEN '{LETTERS[FieldChange.MORE]}'
       ELSE '{LETTERS[FieldChange.EQUAL]}' END
ELSE '{LETTERS[FieldChange.OTHER]}'
END
"""
_VALUE = "NULLIF(CASE f.name WHEN '' THEN {side}.answer ELSE {side}.answer -> f.name END, 'null')"
_FIELDS = f"""
SELECT f.at, f.name, f.way, f.moves, f.tolerance, {_VALUE.format(side="a")} AS va, {_VALUE.format(side="b")} AS vb
FROM unnest(%(names)s::text[], %(ways)s::text[], %(moves)s::numeric[], %(tolerances)s::numeric[])
     WITH ORDINALITY AS f(name, way, moves, tolerance, at)
"""  # noqa: S608  all of it is ours
# Answers that are the same need no look at their fields.
_LINES = f"""
SELECT coalesce(a.row_index, b.row_index) AS row_index, coalesce(a.ended, {NOT_ENDED}) AS a_ended,
       coalesce(b.ended, {NOT_ENDED}) AS b_ended,
       CASE WHEN a.ended <> {ANSWERED} OR b.ended <> {ANSWERED} OR a.ended IS NULL OR b.ended IS NULL THEN ''
            WHEN a.answer IS NOT DISTINCT FROM b.answer THEN %(same)s
            ELSE (SELECT string_agg({_LETTER}, '' ORDER BY f.at) FROM ({_FIELDS}) AS f) END AS letters
FROM ({{a}}) AS a FULL JOIN ({{b}}) AS b ON b.row_index = a.row_index {{where}}
"""  # noqa: S608
_PAIRS = f"""
SELECT f.name, f.va::text, f.vb::text, count(*)
FROM ({{a}}) AS a JOIN ({{b}}) AS b ON b.row_index = a.row_index CROSS JOIN LATERAL ({_FIELDS}) AS f
WHERE a.ended = {ANSWERED} AND b.ended = {ANSWERED} AND f.va IS DISTINCT FROM f.vb
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""  # noqa: S608
_FOUND = """
EXISTS (SELECT 1 FROM jsonb_path_query({column}, '$.**') AS value
        WHERE jsonb_typeof(value) NOT IN ('array', 'object') AND upper(value #>> '{{}}') LIKE upper(%(search)s))
"""


class Line(NamedTuple):
    row: int
    a_ended: int
    b_ended: int
    letters: str


@dataclass(frozen=True)
class ComparedField:
    """`name`: "" is the whole answer. `moves`: a number counts as changed where it moves by so much or more;
    `tolerance`: where it moves by more."""

    name: str
    way: FieldWay
    moves: Any = None
    tolerance: Any = None


@dataclass(frozen=True)
class Pair:
    """A field's value in either, and how many rows have them; None where there is none."""

    a: Any
    b: Any
    rows: int


@dataclass(frozen=True)
class Both:
    """Two queues, and the fields in which they are compared; `response_fields`: those of either, as they are stored."""

    a: Queue
    b: Queue
    fields: tuple[ComparedField, ...]
    response_fields: tuple[dict[str, Any], ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        return {
            "a": self.a.pk,
            "b": self.b.pk,
            "succeeded": RowStatus.SUCCEEDED.value,
            "failed": RowStatus.FAILED.value,
            "names": [field.name for field in self.fields],
            "ways": [field.way.value for field in self.fields],
            "moves": [field.moves for field in self.fields],
            "tolerances": [field.tolerance for field in self.fields],
            "same": LETTERS[FieldChange.EQUAL] * len(self.fields),
        }


@dataclass(frozen=True)
class Where:
    """Which rows are looked at: a stretch of them with both its ends, or the `chosen` ones.

    `search`: a text that a cell or an answer has. `field` with `pair`: those whose answers have these two values there,
    as texts.
    """

    stretch: tuple[int, int] | None = None
    chosen: tuple[int, ...] | None = None
    search: str = ""
    field: str = ""
    pair: tuple[str, str] | None = None

    @property
    def here(self) -> str:
        if self.chosen is not None:
            return "AND row_index = ANY(%(chosen)s::int[])"
        return "AND row_index BETWEEN %(least)s AND %(most)s" if self.stretch else ""

    @property
    def conditions(self) -> str:
        found = []
        if self.search:
            columns = ("coalesce(a.payload, b.payload)", "a.answer", "b.answer")
            found.append(f"({' OR '.join(_FOUND.format(column=column) for column in columns)})")
        if self.pair is not None:
            found.append(
                "coalesce(a.answer ->> %(field)s, '') = %(from)s AND coalesce(b.answer ->> %(field)s, '') = %(to)s"
            )
        return f"WHERE {' AND '.join(found)}" if found else ""

    @property
    def values(self) -> dict[str, Any]:
        least, most = self.stretch or (None, None)
        first, second = self.pair or ("", "")
        escaped = self.search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        chosen = None if self.chosen is None else list(self.chosen)
        stretch = {"least": least, "most": most, "chosen": chosen}
        return {**stretch, "search": f"%{escaped}%", "field": self.field, "from": first, "to": second}


def lines(both: Both, where: Where) -> list[Line]:
    """In row order."""
    return [Line(*found) for found in _all(both, where, f"{_LINES} ORDER BY 1")]


def counted_lines(both: Both, where: Where) -> list[tuple[int, int, str, int]]:
    """How they ended in either, the letters, and how many rows are alike in these."""
    inner = f"SELECT a_ended, b_ended, letters, count(*) FROM ({_LINES}) AS line GROUP BY 1, 2, 3"  # noqa: S608
    return _all(both, where, inner)


def pairs(both: Both, where: Where) -> dict[str, list[Pair]]:
    """For each field, the pairs of values that differ, the most frequent ones first."""
    found: dict[str, list[Pair]] = {}
    for name, a, b, rows in _all(both, where, _PAIRS):
        first, second = (None if text is None else parse_kept(text) for text in (a, b))
        found.setdefault(name, []).append(Pair(first, second, rows))
    return found


def _all(both: Both, where: Where, statement: str) -> list[Any]:
    ended = {"answered": ANSWERED, "failed": FAILED, "not_ended": NOT_ENDED}
    sides = {side: _SIDE.format(side=side, here=where.here, **ended) for side in ("a", "b")}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**sides, where=where.conditions), {**both.values, **where.values})
        return cursor.fetchall()

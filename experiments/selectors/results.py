"""The distribution of each response field over all rows that have an answer; a correction counts instead of it.

Over very many rows that takes seconds, so pages show one over a random sample of them, and say so.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isinf
from random import Random
from typing import Any

from django.db import connection

from experiments.core.json_numbers import exact, shortest
from experiments.core.json_text import parse_kept
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.response_schema.field_types import traits_of_field
from experiments.response_schema.leaves import Leaf, LeafKind, leaves_of_fields
from experiments.selectors import cached_counts
from experiments.selectors.date_bins import date_bins, unit_of_span
from experiments.selectors.histogram import Scale, scale
from experiments.selectors.snapshot import snapshot

MOST_VALUES = 12
SAMPLE = 1000
"""Values a field that are looked at first, to see whether a text has few different ones."""
AT_ONCE = 5000
"""Rows that are counted while somebody waits for the page."""
CHOSEN = 600
"""Rows of a sample; a share is right to about 4 in 100 with them."""

_ANSWER = "coalesce(i.corrected_payload, i.result_payload)"
_ANSWERED_ROWS = """i.queue_id = %(queue)s AND (i.status = 'succeeded' OR i.corrected_payload IS NOT NULL)

    AND (%(chosen)s::int[] IS NULL OR i.row_index = ANY(%(chosen)s::int[]))"""
_PLAIN = f"SELECT name, {_ANSWER} -> name AS value FROM unnest(%(names)s::text[]) AS name"  # noqa: S608  all of it is ours
# Of a list each value counts once in a row.
_INNER = f"""
SELECT DISTINCT p.name, v FROM unnest(%(inner)s::text[], %(paths)s::text[]) AS p(name, path)
CROSS JOIN LATERAL jsonb_path_query({_ANSWER}, p.path::jsonpath) AS v
"""  # noqa: S608
_WANTED = f"""{_ANSWERED_ROWS} AND e.value NOT IN ('null', '""', '[]', '{{}}')"""
_NUMBER = "CASE jsonb_typeof(e.value) WHEN 'number' THEN e.value::numeric END"
_LENGTH = "CASE jsonb_typeof(e.value) WHEN 'string' THEN length(e.value #>> '{}')::numeric END"
_COUNT = "CASE jsonb_typeof(e.value) WHEN 'array' THEN jsonb_array_length(e.value)::numeric END"
_MEASURE = f"""
CASE WHEN e.name = ANY(%(texts)s) THEN {_LENGTH} WHEN e.name = ANY(%(counted)s) THEN {_COUNT} ELSE {_NUMBER} END
"""

# Each statement reads the rows once, however many fields there are; {rows}: `_rows_of`.
_ANSWERED = f"SELECT count(*) FROM experiments_queueitem i WHERE {_ANSWERED_ROWS}"  # noqa: S608  all of it is ours
_MANY = f"""
SELECT name FROM (SELECT e.name, e.value FROM {{rows}} WHERE {_WANTED} LIMIT %(sample)s) AS sample
GROUP BY name HAVING count(DISTINCT value) > %(most)s
"""  # noqa: S608
_VALUES = f"""
SELECT e.name, e.value, count(*) FROM {{rows}} WHERE {_WANTED} GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""  # noqa: S608
_THERE = f"""
SELECT name, count(*) FROM (SELECT DISTINCT i.row_index, e.name FROM {{rows}} WHERE {_WANTED}) AS there GROUP BY name
"""  # noqa: S608
_MEASURES = f"""
SELECT name, count(*), min(m), max(m), avg(m)
FROM (SELECT e.name, {_MEASURE} AS m FROM {{rows}} WHERE {_WANTED} OFFSET 0) AS measured GROUP BY name
"""  # noqa: S608
_BINS = f"""
SELECT e.name, floor(({_MEASURE} - s.start) / s.step)::int AS bin, count(*)
FROM {{rows}} JOIN unnest(%(scaled)s::text[], %(starts)s::numeric[], %(steps)s::numeric[]) AS s(name, start, step)
     ON s.name = e.name
WHERE {_WANTED} AND {_MEASURE} IS NOT NULL GROUP BY 1, 2
"""  # noqa: S608
_DATES = f"""
SELECT e.name, count(*), min(e.value #>> '{{}}' COLLATE "C"), max(e.value #>> '{{}}' COLLATE "C")
FROM {{rows}} WHERE {_WANTED} GROUP BY 1
"""  # noqa: S608
_DATE_BINS = f"""
SELECT e.name, left(e.value #>> '{{}}', s.size), count(*)
FROM {{rows}} JOIN unnest(%(scaled)s::text[], %(sizes)s::int[]) AS s(name, size) ON s.name = e.name
WHERE {_WANTED} GROUP BY 1, 2
"""  # noqa: S608


# Each row by one entry of the index `item_called`. Corrections of failed rows are too few to be looked for.
_SUCCEEDED = "FROM experiments_queueitem WHERE queue_id = %(queue)s AND status = 'succeeded'"
_SPAN = f"""
SELECT (SELECT row_index {_SUCCEEDED} ORDER BY row_index LIMIT 1),
       (SELECT row_index {_SUCCEEDED} ORDER BY row_index DESC LIMIT 1)
"""
_ROWS_AT = f"""
SELECT DISTINCT there.row_index FROM unnest(%(places)s::int[]) AS place
CROSS JOIN LATERAL (SELECT row_index {_SUCCEEDED} AND row_index >= place ORDER BY row_index LIMIT 1) AS there
"""  # noqa: S608


def distributions(queue: Queue) -> dict[str, Any]:
    """`{rows, fields: [{name, type, kind, answered, empty, …}]}`, a field for each value of an answer (`leaves`).

    `answered` rows have an answer, in `empty` of them the field is missing, null, "" or an empty list. By kind:

    - `values` (choices, booleans, texts of which there are few) has `values: [{value, count}]`, the most frequent
      first, at most 12, and `others`, the rows with a value beyond those;
    - `numbers`, `lengths` (of texts, in characters) and `items` (of lists of objects, how many there are) have `min`,
      `max`, `mean` and `bins: [{from, to, count}]` of equal width, `to` being the first value after the bin;
    - `dates` has `min`, `max` and `bins` of days, months, years or more, from and to as ISO 8601 dates;
    - `filled` (objects of any keys) has no more.

    A value that a list has twice counts once in its row.
    """
    return cached_counts.cached(
        _key(queue), rows=queue.total, version=_version(queue), compute=lambda: _computed(queue), large=_at_once()
    )


def distributions_at_once(queue: Queue) -> dict[str, Any]:
    """The same while somebody waits: of many rows over a sample of those that succeeded, unless all have been counted.

    Then `sampled` is beside the fields: how many rows were looked at; it is what `answered` says, too.
    """
    version = _version(queue)
    if queue.total <= _at_once():
        return distributions(queue)
    counted: dict[str, Any] | None = cached_counts.known(_key(queue), version=version)
    if counted is not None:
        return counted
    return cached_counts.cached(
        _key_of_sample(queue),
        rows=queue.total,
        version=version,
        compute=lambda: _computed(queue, sampled=True),
        large=_at_once(),
    )


def distributions_for_heads(queue: Queue) -> dict[str, Any]:
    """As `distributions_at_once`, for a page that asks again and again: kept for twenty times as long as it took,
    however few rows there are."""
    return cached_counts.cached(
        _key_of_heads(queue),
        rows=queue.total,
        version=_version(queue),
        compute=lambda: distributions_at_once(queue),
        large=0,
    )


def _at_once() -> int:
    return min(AT_ONCE, cached_counts.LARGE)


def forget(queue: Queue) -> None:
    """Called after an answer was changed: this web process counts anew at once, others somewhat later."""
    cached_counts.forget(_key(queue))
    cached_counts.forget(_key_of_sample(queue))
    cached_counts.forget(_key_of_heads(queue))


def _version(queue: Queue) -> tuple[int, ...]:
    """The same as long as no row gets another result; the calls change when a row is answered once more."""
    return queue.succeeded, queue.failed, queue.calls, queue.corrections


def _key(queue: Queue) -> str:
    return f"results.{queue.pk}"


def _key_of_sample(queue: Queue) -> str:
    return f"results.sample.{queue.pk}"


def _key_of_heads(queue: Queue) -> str:
    return f"results.heads.{queue.pk}"


def _sample(queue: Queue) -> list[int]:
    """Row indexes of rows that succeeded: at places from the first to the last that are random, and the same each
    time."""
    [(first, last)] = _all(_SPAN, {"queue": queue.pk})
    span = range(0) if first is None else range(first, last + 1)
    places = Random(queue.pk.int).sample(span, min(CHOSEN, len(span)))  # noqa: S311  no secret
    return [index for (index,) in _all(_ROWS_AT, {"queue": queue.pk, "places": places})]


def _computed(queue: Queue, *, sampled: bool = False) -> dict[str, Any]:
    leaves = leaves_of_fields(kind_of(queue).response_fields(queue))
    if not leaves:
        return {"rows": queue.total, "fields": []}
    # While rows are recorded, several statements would count different rows.
    with snapshot():
        chosen = _sample(queue) if sampled else None
        params = {"queue": queue.pk, "chosen": chosen}
        [(answered,)] = _all(_ANSWERED, params) if chosen is None else [(len(chosen),)]
        found = _values(params, [leaf for leaf in leaves if leaf.kind is LeafKind.SCALAR])
        found |= _dates(params, [leaf for leaf in leaves if leaf.kind is LeafKind.DATE])
        measured = [leaf for leaf in leaves if leaf.name not in found and leaf.kind is not LeafKind.WHOLE]
        found |= _measured(params, measured)
        whole = [leaf for leaf in leaves if leaf.kind is LeafKind.WHOLE]
        found |= {leaf.name: {"kind": "filled", "there": 0} for leaf in whole}
        # Its values do not say in how many rows they are.
        several = [leaf for leaf in leaves if leaf.is_many or leaf.kind is LeafKind.WHOLE]
        for name, there in _of_leaves(_THERE, params, several):
            found[name]["there"] = there
    described = []
    for leaf in leaves:
        of_field = found[leaf.name]
        empty = answered - of_field.pop("there")
        described.append({"name": leaf.name, "type": leaf.shown_type, "answered": answered, "empty": empty, **of_field})
    return {"rows": queue.total, "fields": described, **({"sampled": answered} if sampled else {})}


def _values(params: Mapping[str, Any], leaves: Sequence[Leaf]) -> dict[str, dict[str, Any]]:
    """The fields that are counted value by value."""
    choices = {leaf.name: traits_of_field(leaf.field).values or leaf.field.get("choices") or () for leaf in leaves}
    closed = {leaf.name for leaf in leaves if choices[leaf.name] or not traits_of_field(leaf.field).has_bins}
    texts = [leaf for leaf in leaves if traits_of_field(leaf.field).is_text]
    sample = {"sample": SAMPLE * len(texts), "most": MOST_VALUES}
    few = {leaf.name for leaf in texts} - {name for (name,) in _of_leaves(_MANY, {**params, **sample}, texts)}
    counted = [leaf for leaf in leaves if leaf.name in closed | few]
    counts: dict[str, list[tuple[Any, int]]] = {leaf.name: [] for leaf in counted}
    for name, value, count in _of_leaves(_VALUES, params, counted):
        counts[name].append((parse_kept(value), count))
    # What looked like few values in the first rows may be many further down.
    return {
        name: _of_values(found, choices[name])
        for name, found in counts.items()
        if name in closed or len(found) <= MOST_VALUES
    }


def _of_values(counts: Sequence[tuple[Any, int]], choices: Sequence[Any]) -> dict[str, Any]:
    seen = [value for value, _ in counts]
    listed = [*counts, *((choice, 0) for choice in choices if choice not in seen)]
    return {
        "there": sum(count for _, count in counts),
        "kind": "values",
        "values": [{"value": value, "count": count} for value, count in listed[:MOST_VALUES]],
        "others": sum(count for _, count in listed[MOST_VALUES:]),
    }


def _dates(params: Mapping[str, Any], leaves: Sequence[Leaf]) -> dict[str, dict[str, Any]]:
    """As they are written: an answer's own time zone counts."""
    spans = {name: span for name, *span in _of_leaves(_DATES, params, leaves)}
    units = {name: unit_of_span(first, last) for name, (_, first, last) in spans.items()}
    sizes = {"scaled": list(units), "sizes": [unit.size for unit in units.values()]}
    counts: dict[str, dict[str, int]] = {name: {} for name in units}
    for name, start, count in _of_leaves(_DATE_BINS, {**params, **sizes}, [one for one in leaves if one.name in units]):
        counts[name][start] = count
    found = {}
    for leaf in leaves:
        there, first, last = spans.get(leaf.name, (0, None, None))
        bins = date_bins(units[leaf.name], first, last, counts[leaf.name]) if leaf.name in units else []
        found[leaf.name] = {"there": there, "kind": "dates", "min": first, "max": last, "bins": bins}
    return found


def _measured(params: Mapping[str, Any], leaves: Sequence[Leaf]) -> dict[str, dict[str, Any]]:
    """The fields that are counted in bins: numbers by their value, texts and lists by their length."""
    counted = [leaf.name for leaf in leaves if leaf.kind is LeafKind.COUNTED]
    texts = [leaf.name for leaf in leaves if traits_of_field(leaf.field).is_text]
    whole = {leaf.name for leaf in leaves if traits_of_field(leaf.field).is_whole}
    params = {**params, "texts": texts, "counted": counted}
    measures = {name: measure for name, *measure in _of_leaves(_MEASURES, params, leaves)}
    scales = {
        name: scale(low, high, whole=name in whole) for name, (_, low, high, _) in measures.items() if low is not None
    }
    counts = _counts_in_bins(params, scales, [leaf for leaf in leaves if leaf.name in scales])
    found = {}
    for name in (leaf.name for leaf in leaves):
        there, low, high, mean = measures.get(name, (0, None, None, None))
        found[name] = {
            "there": there,
            "kind": "lengths" if name in texts else "items" if name in counted else "numbers",
            "min": _plain(low),
            "max": _plain(high),
            "mean": None if mean is None else _plain(mean, about=True),
            "bins": _bins(scales[name], counts[name]) if name in scales else [],
        }
    return found


def _counts_in_bins(
    params: Mapping[str, Any], scales: Mapping[str, Scale], leaves: Sequence[Leaf]
) -> dict[str, dict[int, int]]:
    edges = {
        "scaled": list(scales),
        "starts": [one.start for one in scales.values()],
        "steps": [one.step for one in scales.values()],
    }
    counts: dict[str, dict[int, int]] = {name: {} for name in scales}
    for name, position, count in _of_leaves(_BINS, {**params, **edges}, leaves):
        counts[name][position] = count
    return counts


def _bins(scale: Scale, counts: Mapping[int, int]) -> list[dict[str, Any]]:
    edges = [_plain(edge) for edge in scale.edges]
    return [{"from": edges[n], "to": edges[n + 1], "count": counts.get(n, 0)} for n in range(scale.count)]


def _plain(number: Decimal | None, *, about: bool = False) -> int | float | Decimal | None:
    """As JSON has it: a float where it says the same, or about the same. Whole numbers stay whole."""
    if number is None:
        return None
    near = float(number)
    if number == number.to_integral_value() and (abs(number) < 10**15 or isinf(near) or exact(near) != number):
        return int(number)
    return near if about or exact(near) == number else shortest(number)


def _of_leaves(sql: str, params: Mapping[str, Any], leaves: Sequence[Leaf]) -> list[Any]:
    """What a statement finds about the values of these; nothing where there are none."""
    if not leaves:
        return []
    plain = [leaf for leaf in leaves if leaf.is_plain]
    inner = [leaf for leaf in leaves if not leaf.is_plain]
    # The planner takes a path for a hundred values: where there is none it should not think of them.
    sources = " UNION ALL ".join(([_PLAIN] if plain else []) + ([_INNER] if inner else []))
    rows = f"experiments_queueitem i CROSS JOIN LATERAL ({sources} OFFSET 0) AS e(name, value)"
    values = {
        "names": [leaf.name for leaf in plain],
        "inner": [leaf.name for leaf in inner],
        "paths": [leaf.json_path for leaf in inner],
    }
    return _all(sql.replace("{rows}", rows), {**params, **values})


def _all(sql: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()

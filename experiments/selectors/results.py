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
from experiments.selectors import cached_counts
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
# Each statement reads the rows once, however many fields there are.
_ROWS = f"""
experiments_queueitem i
CROSS JOIN LATERAL (SELECT name, {_ANSWER} -> name AS value FROM unnest(%(names)s::text[]) AS name OFFSET 0) AS e
"""  # noqa: S608  all of it is ours
_WANTED = f"""{_ANSWERED_ROWS} AND e.value NOT IN ('null', '""')"""
_NUMBER = "CASE jsonb_typeof(e.value) WHEN 'number' THEN e.value::numeric END"
_LENGTH = "CASE jsonb_typeof(e.value) WHEN 'string' THEN length(e.value #>> '{}')::numeric END"
_MEASURE = f"CASE WHEN e.name = ANY(%(texts)s) THEN {_LENGTH} ELSE {_NUMBER} END"

_ANSWERED = f"SELECT count(*) FROM experiments_queueitem i WHERE {_ANSWERED_ROWS}"  # noqa: S608  all of it is ours
_MANY = f"""
SELECT name FROM (SELECT e.name, e.value FROM {_ROWS} WHERE {_WANTED} LIMIT %(sample)s) AS sample
GROUP BY name HAVING count(DISTINCT value) > %(most)s
"""  # noqa: S608
_VALUES = f"""
SELECT e.name, e.value, count(*) FROM {_ROWS} WHERE {_WANTED} GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""  # noqa: S608
_MEASURES = f"""
SELECT name, count(*), min(m), max(m), avg(m)
FROM (SELECT e.name, {_MEASURE} AS m FROM {_ROWS} WHERE {_WANTED} OFFSET 0) AS measured GROUP BY name
"""  # noqa: S608
_BINS = f"""
SELECT e.name, floor(({_MEASURE} - s.start) / s.step)::int AS bin, count(*)
FROM {_ROWS} JOIN unnest(%(scaled)s::text[], %(starts)s::numeric[], %(steps)s::numeric[]) AS s(name, start, step)
     ON s.name = e.name
WHERE {_WANTED} AND {_MEASURE} IS NOT NULL GROUP BY 1, 2
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
    """`{rows, fields: [{name, type, kind, answered, empty, …}]}`.

    `answered` rows have an answer, in `empty` of them the field is missing, null or "". By kind: `values` (choices,
    booleans, texts of which there are few) has `values: [{value, count}]`, the most frequent first, at most 12, and
    `others`, the rows with a value beyond those; `numbers` and `lengths` (of texts, in characters) have `min`, `max`,
    `mean` and `bins: [{from, to, count}]` of equal width, `to` being the first value after the bin.
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


def _at_once() -> int:
    return min(AT_ONCE, cached_counts.LARGE)


def forget(queue: Queue) -> None:
    """Called after an answer was changed: this web process counts anew at once, others somewhat later."""
    cached_counts.forget(_key(queue))
    cached_counts.forget(_key_of_sample(queue))


def _version(queue: Queue) -> tuple[int, ...]:
    """The same as long as no row gets another result; the calls change when a row is answered once more."""
    return queue.succeeded, queue.failed, queue.calls, queue.corrections


def _key(queue: Queue) -> str:
    return f"results.{queue.pk}"


def _key_of_sample(queue: Queue) -> str:
    return f"results.sample.{queue.pk}"


def _sample(queue: Queue) -> list[int]:
    """Row indexes of rows that succeeded: at places from the first to the last that are random, and the same each
    time."""
    [(first, last)] = _all(_SPAN, {"queue": queue.pk})
    span = range(0) if first is None else range(first, last + 1)
    places = Random(queue.pk.int).sample(span, min(CHOSEN, len(span)))  # noqa: S311  no secret
    return [index for (index,) in _all(_ROWS_AT, {"queue": queue.pk, "places": places})]


def _computed(queue: Queue, *, sampled: bool = False) -> dict[str, Any]:
    fields = kind_of(queue).response_fields(queue)
    if not fields:
        return {"rows": queue.total, "fields": []}
    # While rows are recorded, several statements would count different rows.
    with snapshot():
        chosen = _sample(queue) if sampled else None
        params = {"queue": queue.pk, "names": [field["name"] for field in fields], "chosen": chosen}
        [(answered,)] = _all(_ANSWERED, params) if chosen is None else [(len(chosen),)]
        found = _values(params, fields)
        measured = [field for field in fields if field["name"] not in found]
        if measured:
            found |= _measured({**params, "names": [field["name"] for field in measured]}, measured)
    described = []
    for field in fields:
        of_field = found[field["name"]]
        empty = answered - of_field.pop("there")
        described.append(
            {"name": field["name"], "type": field["type"], "answered": answered, "empty": empty, **of_field}
        )
    return {"rows": queue.total, "fields": described, **({"sampled": answered} if sampled else {})}


def _values(params: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields that are counted value by value."""
    choices = {field["name"]: traits_of_field(field).values or field.get("choices") or () for field in fields}
    closed = {field["name"] for field in fields if choices[field["name"]] or not traits_of_field(field).has_bins}
    texts = {field["name"] for field in fields if traits_of_field(field).is_text}
    sample = {"names": list(texts), "sample": SAMPLE * len(texts), "most": MOST_VALUES}
    few = texts - {name for (name,) in (_all(_MANY, {**params, **sample}) if texts else [])}
    counts: dict[str, list[tuple[Any, int]]] = {name: [] for name in closed | few}
    for name, value, count in _all(_VALUES, {**params, "names": list(counts)}) if counts else []:
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


def _measured(params: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields that are counted in bins: numbers by their value, texts by their length."""
    texts = [field["name"] for field in fields if traits_of_field(field).is_text]
    whole = {field["name"] for field in fields if traits_of_field(field).is_whole}
    params = {**params, "texts": texts}
    measures = {name: measure for name, *measure in _all(_MEASURES, params)}
    scales = {
        name: scale(low, high, whole=name in whole) for name, (_, low, high, _) in measures.items() if low is not None
    }
    counts = _counts_in_bins(params, scales)
    found = {}
    for name in (field["name"] for field in fields):
        there, low, high, mean = measures.get(name, (0, None, None, None))
        found[name] = {
            "there": there,
            "kind": "lengths" if name in texts else "numbers",
            "min": _plain(low),
            "max": _plain(high),
            "mean": None if mean is None else _plain(mean, about=True),
            "bins": _bins(scales[name], counts[name]) if name in scales else [],
        }
    return found


def _counts_in_bins(params: Mapping[str, Any], scales: Mapping[str, Scale]) -> dict[str, dict[int, int]]:
    if not scales:
        return {}
    edges = {
        "scaled": list(scales),
        "starts": [one.start for one in scales.values()],
        "steps": [one.step for one in scales.values()],
    }
    counts: dict[str, dict[int, int]] = {name: {} for name in scales}
    for name, position, count in _all(_BINS, {**params, **edges}):
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


def _all(sql: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()

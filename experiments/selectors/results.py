"""The distribution of each response field over all rows that have an answer; a correction counts instead of it."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isinf
from typing import Any

from django.db import connection, transaction

from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.selectors import cached_counts
from experiments.selectors.histogram import Scale, scale

MOST_VALUES = 12
SAMPLE = 1000
"""Values a field that are looked at first, to see whether a text has few different ones."""

_ANSWER = "coalesce(i.corrected_payload, i.result_payload)"
_ANSWERED_ROWS = "i.queue_id = %(queue)s AND (i.status = 'succeeded' OR i.corrected_payload IS NOT NULL)"
# Each statement reads the rows once, however many fields there are.
_ROWS = f"""
experiments_queueitem i
CROSS JOIN LATERAL (SELECT name, {_ANSWER} -> name AS value FROM unnest(%(names)s::text[]) AS name) AS e
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
_FACTS = f"""
SELECT name, count(*), min(m), max(m), avg(m)
FROM (SELECT e.name, {_MEASURE} AS m FROM {_ROWS} WHERE {_WANTED}) AS measured GROUP BY name
"""  # noqa: S608
_BINS = f"""
SELECT e.name, floor(({_MEASURE} - s.start) / s.step)::int AS bin, count(*)
FROM {_ROWS} JOIN unnest(%(scaled)s::text[], %(starts)s::numeric[], %(steps)s::numeric[]) AS s(name, start, step)
     ON s.name = e.name
WHERE {_WANTED} AND {_MEASURE} IS NOT NULL GROUP BY 1, 2
"""  # noqa: S608


def distributions(queue: Queue) -> dict[str, Any]:
    """`{rows, fields: [{name, type, kind, answered, empty, …}]}`.

    `answered` rows have an answer, in `empty` of them the field is missing, null or "". By kind: `values` (choices,
    booleans, texts of which there are few) has `values: [{value, count}]`, the most frequent first, at most 12, and
    `others`, the rows with a value beyond those; `numbers` and `lengths` (of texts, in characters) have `min`, `max`,
    `mean` and `bins: [{from, to, count}]` of equal width, `to` being the first value after the bin.
    """
    return cached_counts.cached(
        _key(queue), rows=queue.total, version=_version(queue), compute=lambda: _as_of_one_moment(queue)
    )


def forget(queue: Queue) -> None:
    """Whoever changed an answer sees that at once, others who ask another web process somewhat later."""
    cached_counts.forget(_key(queue))


def _key(queue: Queue) -> str:
    return f"results.{queue.pk}"


def _version(queue: Queue) -> Any:
    """The same as long as no row gets another result. Calls tell a row that was answered once more."""
    return queue.succeeded, queue.failed, queue.calls, queue.corrections


def _as_of_one_moment(queue: Queue) -> dict[str, Any]:
    """While rows are recorded several statements would count different rows; a snapshot is for a whole transaction."""
    if connection.in_atomic_block:
        return _computed(queue)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _computed(queue)


def _computed(queue: Queue) -> dict[str, Any]:
    fields = kind_of(queue).response_fields(queue)
    given = {"queue": queue.pk, "names": [field["name"] for field in fields]}
    if not fields:
        return {"rows": queue.total, "fields": []}
    [(answered,)] = _all(_ANSWERED, given)
    values = _values(given, fields)
    measured = [field for field in fields if field["name"] not in values]
    bins = _measured({**given, "names": [field["name"] for field in measured]}, measured) if measured else {}
    found = {**values, **bins}
    return {"rows": queue.total, "fields": [_field(field, found[field["name"]], answered) for field in fields]}


def _field(field: Mapping[str, Any], found: Mapping[str, Any], answered: int) -> dict[str, Any]:
    rest = {name: value for name, value in found.items() if name != "there"}
    empty = answered - found["there"]
    return {"name": field["name"], "type": field["type"], "answered": answered, "empty": empty, **rest}


def _values(given: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields that are counted value by value."""
    closed = {field["name"] for field in fields if field["type"] == "boolean" or field.get("choices")}
    texts = {field["name"] for field in fields if field["type"] == "string"}
    sample = {"sample": SAMPLE * len(fields), "most": MOST_VALUES}
    few = texts - {name for (name,) in _all(_MANY, {**given, **sample})}
    counts: dict[str, list[tuple[Any, int]]] = {name: [] for name in closed | few}
    for name, value, count in _all(_VALUES, {**given, "names": list(counts)}) if counts else []:
        counts[name].append((json.loads(value), count))
    # What looked like few values in the first rows may be many further down.
    return {
        name: _of_values(found, _choices(fields, name))
        for name, found in counts.items()
        if name in closed or len(found) <= MOST_VALUES
    }


def _choices(fields: Sequence[Mapping[str, Any]], name: str) -> Sequence[Any]:
    field = next(field for field in fields if field["name"] == name)
    return (True, False) if field["type"] == "boolean" else field.get("choices") or ()


def _of_values(counts: Sequence[tuple[Any, int]], choices: Sequence[Any]) -> dict[str, Any]:
    seen = [value for value, _ in counts]
    listed = [*counts, *((choice, 0) for choice in choices if choice not in seen)]
    return {
        "there": sum(count for _, count in counts),
        "kind": "values",
        "values": [{"value": value, "count": count} for value, count in listed[:MOST_VALUES]],
        "others": sum(count for _, count in listed[MOST_VALUES:]),
    }


def _measured(given: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields that are counted in bins: numbers by their value, texts by their length."""
    texts = [field["name"] for field in fields if field["type"] == "string"]
    whole = {field["name"] for field in fields if field["type"] != "number"}
    facts = {name: rest for name, *rest in _all(_FACTS, {**given, "texts": texts})}
    scales = {
        name: scale(low, high, whole=name in whole) for name, (_, low, high, _) in facts.items() if low is not None
    }
    counts = _counts_in_bins({**given, "texts": texts}, scales)
    return {
        field["name"]: {
            "there": facts[field["name"]][0] if field["name"] in facts else 0,
            "kind": "lengths" if field["name"] in texts else "numbers",
            **_limits(facts.get(field["name"])),
            "bins": _bins(scales.get(field["name"]), counts.get(field["name"], {})),
        }
        for field in fields
    }


def _counts_in_bins(given: Mapping[str, Any], scales: Mapping[str, Scale]) -> dict[str, dict[int, int]]:
    if not scales:
        return {}
    edges = {
        "scaled": list(scales),
        "starts": [one.start for one in scales.values()],
        "steps": [one.step for one in scales.values()],
    }
    counts: dict[str, dict[int, int]] = {name: {} for name in scales}
    for name, position, count in _all(_BINS, {**given, **edges}):
        counts[name][position] = count
    return counts


def _limits(facts: Sequence[Any] | None) -> dict[str, Any]:
    low, high, mean = facts[1:] if facts else (None, None, None)
    return {"min": _plain(low), "max": _plain(high), "mean": _plain(mean)}


def _bins(scale: Scale | None, counts: Mapping[int, int]) -> list[dict[str, Any]]:
    if scale is None:
        return []
    edges = [_plain(edge) for edge in scale.edges]
    return [{"from": edges[n], "to": edges[n + 1], "count": counts.get(n, 0)} for n in range(scale.count)]


def _plain(number: Decimal | None) -> int | float | None:
    """As JSON has it: whole numbers that a float would blur or not hold stay whole."""
    if number is None:
        return None
    is_whole = number == number.to_integral_value()
    return int(number) if (is_whole and abs(number) < 10**15) or isinf(float(number)) else float(number)


def _all(sql: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()

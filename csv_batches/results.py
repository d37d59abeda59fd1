"""The distribution of each response field over all rows that have an answer; a correction counts instead of it."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from csv_batches.models import CsvBatch

MOST_VALUES = 12
BINS = 10

_ANSWERS = """
WITH answers AS (
    SELECT coalesce(corrected_payload, result_payload) -> %(name)s AS value
    FROM experiments_queueitem
    WHERE queue_id = %(queue)s AND (status = 'succeeded' OR corrected_payload IS NOT NULL)
)
"""
_COUNTS = (
    _ANSWERS
    + """
SELECT count(*), count(*) FILTER (WHERE value IS NULL OR value = 'null' OR value = '""') FROM answers
"""
)
_VALUES = (
    _ANSWERS
    + """
SELECT value #>> '{}', count(*) FROM answers WHERE value IS NOT NULL AND value <> 'null'
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
)
_DISTINCT = (
    _ANSWERS
    + """
SELECT count(DISTINCT value) FROM answers WHERE value IS NOT NULL AND value <> 'null'
"""
)
_NUMBERS = """
, numbers AS (SELECT {number} AS n FROM answers WHERE jsonb_typeof(value) = '{kind}'),
limits AS (SELECT min(n) AS low, max(n) AS high, avg(n) AS mean FROM numbers)
SELECT low::float8, high::float8, mean::float8,
       CASE WHEN high > low THEN least(width_bucket(n, low, high, %(bins)s), %(bins)s) ELSE 1 END AS bin, count(*)
FROM numbers, limits GROUP BY 1, 2, 3, 4 ORDER BY 4
"""


def distributions(batch: CsvBatch) -> dict[str, Any]:
    """`{rows, fields: [{name, type, kind, answered, empty, …}]}`.

    By kind: `values` (choices, booleans) has `values: [{value, count}]`, the most frequent first; `numbers` and
    `lengths` (of texts, in characters) have `min`, `max`, `mean` and `bins: [{from, to, count}]` of equal width.
    """
    fields = [_field(batch, field) for field in batch.response_fields]
    return {"rows": batch.total, "fields": fields}


def _field(batch: CsvBatch, field: Mapping[str, Any]) -> dict[str, Any]:
    values = {"queue": batch.pk, "name": field["name"]}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        answered, empty = cursor.fetchone()
    found = {"name": field["name"], "type": field["type"], "answered": answered, "empty": empty}
    if field["type"] == "boolean" or field.get("choices") or _has_few_values(values, field):
        return {**found, "kind": "values", "values": _values(values)}
    kind = "lengths" if field["type"] == "string" else "numbers"
    return {**found, "kind": kind, **_bins(values, kind)}


def _has_few_values(values: Mapping[str, Any], field: Mapping[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_DISTINCT, values)
        return 0 < cursor.fetchone()[0] <= MOST_VALUES


def _values(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, {**values, "most": MOST_VALUES})
        return [{"value": value, "count": count} for value, count in cursor.fetchall()]


def _bins(values: Mapping[str, Any], kind: str) -> dict[str, Any]:
    number = "(value #>> '{}')::numeric" if kind == "numbers" else "length(value #>> '{}')::numeric"
    sql = _ANSWERS + _NUMBERS.format(number=number, kind="number" if kind == "numbers" else "string")
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "bins": BINS})
        rows = cursor.fetchall()
    if not rows:
        return {"min": None, "max": None, "mean": None, "bins": []}
    low, high, mean = rows[0][:3]
    width = (high - low) / BINS
    counts = {bin_: count for *_, bin_, count in rows}
    several = range(1, BINS + 1) if high > low else range(1, 2)
    bins = [
        {"from": low + (n - 1) * width, "to": low + n * width if high > low else high, "count": counts.get(n, 0)}
        for n in several
    ]
    return {"min": low, "max": high, "mean": mean, "bins": bins}

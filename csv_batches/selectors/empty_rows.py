"""Rows without anything to ask about: the columns that make the prompt are all blank."""

from typing import Any

from django.db import connection

from csv_batches.models import CsvBatch
from csv_batches.selectors.used_columns import prompt_positions
from experiments.selectors import cached_counts

AT_ONCE = 50_000
"""Rows that can be counted while somebody waits for the page."""
IS_EMPTY = r"""
payload ->> %(first)s !~ '[^\s\u00a0\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]'
AND NOT EXISTS (SELECT 1 FROM unnest(%(rest)s::int[]) AS position
                WHERE payload ->> position ~ '[^\s\u00a0\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]')
"""
"""Blanks of any script, and those without a width. What PostgreSQL takes for white space depends on its locale."""
_COUNT = f"SELECT count(*) FROM experiments_queueitem WHERE queue_id = %(queue)s AND {IS_EMPTY}"  # noqa: S608  ours


def is_quick(batch: CsvBatch) -> bool:
    return batch.total <= AT_ONCE


def count(batch: CsvBatch) -> int:
    """Rows whose prompt columns are all blank; 0 where no column is in the prompt."""
    params = params_of(batch)
    if params is None:
        return 0

    def counted() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, params)
            found: int = cursor.fetchone()[0]
        return found

    return cached_counts.cached(_key(batch), rows=batch.total, version=_version(batch), compute=counted)


def is_known_to_have_none(batch: CsvBatch) -> bool:
    """Whether they were counted since the rows and the prompt changed last, and there is none."""
    return cached_counts.known(_key(batch), version=_version(batch)) == 0


def params_of(batch: CsvBatch) -> dict[str, Any] | None:
    """Of a statement with `IS_EMPTY`; None where no column is in the prompt."""
    used = prompt_positions(batch.columns, batch.prompt_template)
    return {"queue": batch.pk, "first": used[0], "rest": used[1:]} if used else None


def _key(batch: CsvBatch) -> str:
    return f"empty.{batch.pk}"


def _version(batch: CsvBatch) -> tuple[Any, ...]:
    used = prompt_positions(batch.columns, batch.prompt_template)
    return batch.source_sha256, batch.total, tuple(used)

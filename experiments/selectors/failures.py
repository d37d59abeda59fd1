"""How many rows of a queue failed with which code, without reading all of them."""

from dataclasses import dataclass
from functools import partial

from django.core.cache import cache
from django.db import connection

from experiments.core.choices import QueueStatus, RowError
from experiments.models import Queue
from experiments.models.queues import SUSPECT_FROM

MOST = 1000
"""So many of a code are counted, one by one; what is beyond follows from the queue's counter, or is `more`."""
AGAIN_S = 5

# The index `item_page_error` has a code's rows in this order: an inner query reads `most` entries of it, no others.
_COUNTS = """
SELECT code, (
    SELECT count(*) FROM (
        SELECT 1 FROM experiments_queueitem
        WHERE queue_id = %(queue)s AND status = 'failed' AND error_code = code ORDER BY row_index LIMIT %(most)s
    ) AS counted
)
FROM unnest(%(codes)s::text[]) AS code
"""

# Likewise of the index `item_delayed`, in which those are too that wait for the answer of another row.
_AGAIN = f"""
SELECT count(*) FILTER (WHERE is_own) FROM (
    SELECT waits_for IS NULL AS is_own FROM experiments_queueitem
    WHERE queue_id = %(queue)s AND status = 'queued' AND delayed AND lost < {SUSPECT_FROM}
    ORDER BY available_at LIMIT %(most)s
) AS waiting
"""  # noqa: S608  a number of ours


@dataclass(frozen=True)
class Failures:
    """Rows that failed with a code; `more`: there are more than that."""

    code: str
    rows: int
    more: bool = False


def failures_by_code(queue: Queue) -> list[Failures]:
    """The most frequent first; those that are `more` before all others."""
    if not queue.failed:
        return []
    with connection.cursor() as cursor:
        codes = ["", *RowError.values()]
        cursor.execute(_COUNTS, {"queue": queue.pk, "most": MOST + 1, "codes": codes})
        counts: dict[str, int] = {code: rows for code, rows in cursor.fetchall() if rows}
    many = [code for code, rows in counts.items() if rows > MOST]
    if len(many) == 1:
        others = sum(rows for code, rows in counts.items() if code not in many)
        counts[many[0]] = max(queue.failed - others, counts[many[0]])
        many = []
    found = [Failures(code, MOST if code in many else rows, code in many) for code, rows in counts.items() if code]
    return sorted(found, key=lambda one: (not one.more, -one.rows, one.code))


def rows_to_try_again(queue: Queue) -> int:
    """How many rows of a running queue wait for another attempt: up to `MOST`, and one more where there are more.

    As of the last seconds, for polls come more often. In one that is stopped nothing is tried again.
    """
    if queue.status != QueueStatus.RUNNING or not queue.queued:
        return 0
    return cache.get_or_set(f"again:{queue.pk}", partial(_rows_to_try_again, queue), AGAIN_S) or 0


def _rows_to_try_again(queue: Queue) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, {"queue": queue.pk, "most": MOST + 1})
        return int(cursor.fetchone()[0])

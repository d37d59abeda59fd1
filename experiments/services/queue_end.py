"""The one place where a queue ends by itself, or reaches the end of its range."""

from typing import Any

from django.db import connection, transaction

from experiments.core.choices import AuditAction, NoticeEvent, PauseReason
from experiments.services import audit, notices

_COMPLETE = """
UPDATE experiments_queue
SET status = 'completed', completed_at = clock_timestamp(), pause_code = '', pause_detail = '', pause_until = NULL,
    pause_error_code = '', pause_count = 0, range_from = NULL, range_to = NULL, probing = FALSE, streaks = '{}',
    reach_tries = 0
WHERE id = %(id)s AND status IN ('running', 'paused') AND queued = 0 AND running = 0 AND retrying IS NULL
"""
_END_OF_RANGE = """
UPDATE experiments_queue q
SET status = 'paused', pause_code = 'range', pause_until = NULL, probing = FALSE,
    pause_detail = 'The rows that were asked for are done. Resume to go on with the rest.',
    range_from = NULL, range_to = NULL
WHERE q.id = %(id)s AND q.status = 'running' AND q.running = 0 AND q.retrying IS NULL
  AND (q.range_from IS NOT NULL OR q.range_to IS NOT NULL) AND NOT EXISTS (
    SELECT 1 FROM experiments_queueitem i WHERE i.queue_id = q.id AND i.status = 'queued'
    AND i.row_index >= coalesce(q.range_from, 0) AND i.row_index < coalesce(q.range_to, 2147483647))
"""


def settle(queue_id: Any) -> None:
    """Ends a queue that has nothing left to do: completed, or paused at the end of its range.

    While rows are queued again part by part it has something to do, though none may be waiting just now.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COMPLETE, {"id": queue_id})
        if cursor.rowcount:
            notices.announce(queue_id, NoticeEvent.COMPLETED)
        cursor.execute(_END_OF_RANGE, {"id": queue_id})
        if cursor.rowcount:
            audit.record_queue(queue_id, AuditAction.PAUSE, reason=PauseReason.RANGE)
            notices.announce(queue_id, NoticeEvent.PAUSED)

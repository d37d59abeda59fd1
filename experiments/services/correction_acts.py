"""What a correction writes: the answers, an entry for each of what was there before, and the queue's counters.

All of it is done under the queue's lock, where final items stay final: a retry takes that lock first, and a worker
writes only items that it has claimed.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from experiments.core import actor
from experiments.core.choices import FINAL, AuditAction, ErrorCode
from experiments.core.errors import Conflict, Gone
from experiments.core.json_numbers import to_json
from experiments.models import CorrectionAct, Queue
from experiments.selectors import results
from experiments.services import audit, queues

PART_ROWS = 5_000
"""So many rows are written in one transaction, for which workers wait."""
NO_CORRECTING: dict[str, Any] = {"correcting": None, "correcting_at": None}
LOCKED_TRIES = 20
LOCKED_WAIT_S = 0.1
"""So often, and so long after each other, an undo looks again for rows that a worker is claiming just now."""

_COUNTERS = """
sums AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE has) - count(*) FILTER (WHERE had) AS corrected,
           count(*) FILTER (WHERE has AND status = 'failed') - count(*) FILTER (WHERE had AND status = 'failed')
           AS failed_corrected
    FROM written
)
UPDATE experiments_queue q
SET corrections = q.corrections + 1, corrected = q.corrected + s.corrected,
    failed_corrected = q.failed_corrected + s.failed_corrected
FROM sums s WHERE q.id = %(queue)s RETURNING s.n
"""


def _write_sql(value: str) -> str:
    return f"""
    WITH old AS (
        SELECT id, corrected_payload AS before,
               CASE WHEN jsonb_typeof(result_payload) = 'object' THEN result_payload ELSE '{{}}' END AS result
        FROM experiments_queueitem WHERE id = ANY(%(ids)s) AND status = ANY(%(final)s)
    ), written AS (
        UPDATE experiments_queueitem i SET corrected_payload = {value}
        FROM old o WHERE i.id = o.id
        RETURNING i.id, i.status, o.before, i.corrected_payload IS NOT NULL AS has, o.before IS NOT NULL AS had
    ), noted AS (
        INSERT INTO experiments_correctionentry (act_id, item_id, before) SELECT %(act)s, id, before FROM written
    ), {_COUNTERS}"""  # noqa: S608


_REPLACE = _write_sql("%(value)s::jsonb")
_MERGE = _write_sql("coalesce(o.before, o.result) || %(value)s::jsonb")
# An item that was corrected again since keeps that: then what was there before goes to the entry of the later act. Who
# claims an item holds it until the queue's row is free, so it is passed over here.
_UNDO = f"""
WITH part AS (
    SELECT e.id, e.item_id, e.before,
           (SELECT n.id FROM experiments_correctionentry n WHERE n.item_id = e.item_id AND n.id > e.id
            ORDER BY n.id LIMIT 1) AS later
    FROM experiments_correctionentry e JOIN experiments_queueitem i ON i.id = e.item_id
    WHERE e.act_id = %(act)s ORDER BY e.id LIMIT %(rows)s FOR NO KEY UPDATE OF i SKIP LOCKED
), gone AS (
    DELETE FROM experiments_correctionentry e USING part p WHERE e.id = p.id
), kept AS (
    UPDATE experiments_correctionentry n SET before = p.before FROM part p WHERE n.id = p.later RETURNING 1
), old AS (
    SELECT i.id, i.corrected_payload IS NOT NULL AS had FROM experiments_queueitem i JOIN part p ON p.item_id = i.id
    WHERE p.later IS NULL
), written AS (
    UPDATE experiments_queueitem i SET corrected_payload = p.before
    FROM part p JOIN old o ON o.id = p.item_id WHERE i.id = p.item_id
    RETURNING i.status, i.corrected_payload IS NOT NULL AS has, o.had
), {_COUNTERS}, (SELECT count(*) FROM kept)
"""  # noqa: S608


@dataclass(frozen=True)
class Undone:
    """`kept`: rows that somebody has corrected again since, which keep that."""

    rows: int
    kept: int


def locked(queue_id: UUID) -> Queue:
    """Locked until the transaction ends; `Gone` where it was deleted."""
    queue: Queue | None = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
    if queue is None:
        raise Gone(f"This {queues.noun_of_queue(queue_id)} was deleted.", code=ErrorCode.NOT_FOUND)
    return queue


def begin(queue: Queue, *, fields: Sequence[str] = ()) -> CorrectionAct:
    return CorrectionAct.objects.create(queue=queue, by_id=actor.current().user_id, fields=list(fields))


def replace_answer(act: CorrectionAct, item_id: int, payload: dict[str, Any] | None) -> int:
    """How many final items it was: one or none. The queue is locked."""
    return _write(_REPLACE, act, [item_id], None if payload is None else to_json(payload))


def merge_into_answers(act: CorrectionAct, item_ids: Sequence[int], values: dict[str, Any]) -> int:
    """Sets members of the answers of final items; how many. All other members stay. The queue is locked."""
    return _write(_MERGE, act, item_ids, to_json(values))


def _write(sql: str, act: CorrectionAct, item_ids: Sequence[int], value: str | None) -> int:
    given: dict[str, Any] = {
        "act": act.pk,
        "queue": act.queue_id,
        "ids": list(item_ids),
        "final": list(FINAL),
        "value": value,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: int = cursor.fetchone()[0]
    CorrectionAct.objects.filter(pk=act.pk).update(rows=F("rows") + rows)
    return rows


def undo(*, queue: Queue, act_id: int | None = None) -> Undone:
    """Puts back what was there before an act; None: the last one of whoever asks.

    Very many rows part by part. `Conflict` where there is nothing to undo.
    """
    acts = CorrectionAct.objects.filter(queue=queue, undone_at__isnull=True).order_by("-id")
    mine = acts.filter(by_id=actor.current().user_id) if act_id is None else acts.filter(pk=act_id)
    act = mine.first()
    if act is None:
        raise Conflict("There is no correction to undo.", code=ErrorCode.NOTHING_TO_UNDO)
    rows = kept = tries = 0
    while CorrectionAct.objects.filter(pk=act.pk, undone_at__isnull=True).exists():
        with transaction.atomic():
            if _is_under_way(locked(queue.pk), act):
                Queue.objects.filter(pk=queue.pk).update(**NO_CORRECTING)
            part, part_kept = _undo_part(act)
            if not (part or part_kept) and not act.entries.exists():
                ended = acts.filter(pk=act.pk).update(undone_at=Now())
                if ended:
                    audit.record_queue(queue.pk, AuditAction.CORRECT, rows=rows, undone=True)
        rows, kept = rows + part, kept + part_kept
        tries = 0 if part or part_kept else tries + 1
        if tries > LOCKED_TRIES:
            raise Conflict("Some rows are being called just now. Undo again in a moment.", code=ErrorCode.WRONG_STATUS)
        if tries:
            time.sleep(LOCKED_WAIT_S)
    results.forget(queue)
    return Undone(rows, kept)


def _is_under_way(queue: Queue, act: CorrectionAct) -> bool:
    return queue.correcting is not None and queue.correcting["act"] == act.pk


def _undo_part(act: CorrectionAct) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_UNDO, {"act": act.pk, "queue": act.queue_id, "rows": PART_ROWS})
        rows, kept = cursor.fetchone()
    return rows, kept

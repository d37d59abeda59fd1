"""A field that is set in very many rows: checked in all of them first, then written part by part, both by a worker.

Nothing is written before every row was found to fit. Rows that a worker or a person changes between the two, so that
they would not fit any more, are left as they are and counted as skipped.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from experiments.core.choices import FINAL, AuditAction, ErrorCode
from experiments.core.errors import Conflict, InvalidInput
from experiments.kinds import kind_of
from experiments.models import CorrectionAct, Queue, QueueItem
from experiments.selectors import items, results
from experiments.services import audit, correction_acts
from experiments.services.broker import send_task
from experiments.services.correction_acts import NO_CORRECTING, PART_ROWS
from experiments.services.correction_check import Check

TASK = "experiments.tasks.correct_rest"


def begin(queue: Queue, values: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[CorrectionAct, int]:
    """Leaves it to a worker; the act, and how many rows it is about."""
    total = _chosen(queue, wanted).count()
    with transaction.atomic():
        locked = correction_acts.locked(queue.pk)
        if locked.correcting is not None:
            sentence = "Another field is being set in many rows. Wait until that’s done, or undo it."
            raise Conflict(sentence, code=ErrorCode.WRONG_STATUS)
        act = correction_acts.begin(locked, fields=list(values))
        audit.record_queue(queue.pk, AuditAction.CORRECT, rows=total, fields=list(values))
        order = {"act": act.pk, "values": dict(values), "wanted": dict(wanted), "total": total}
        state = {"is_checked": False, "after": -1, "checked": 0}
        Queue.objects.filter(pk=queue.pk).update(correcting={**order, **state}, correcting_at=Now())
        send_task(TASK, str(queue.pk))
    return act, total


def correct_rest(queue_id: UUID) -> None:
    """In a worker: what a large correction has left, part by part. Where two do it, each does other parts."""
    while _part(queue_id):
        pass


def resume() -> None:
    """Sends a large correction to a worker again where nobody has gone on with it for a while."""
    silent = Queue.objects.kept().filter(
        correcting__isnull=False, correcting_at__lt=Now() - timedelta(seconds=settings.TASK_RESEND_S)
    )
    for queue_id in silent.values_list("pk", flat=True):
        with transaction.atomic():
            if silent.filter(pk=queue_id).update(correcting_at=Now()):
                send_task(TASK, str(queue_id))


def _chosen(queue: Queue, wanted: Mapping[str, Any]) -> QuerySet[QueueItem]:
    rows: QuerySet[QueueItem] = items.items_filtered(queue, wanted).filter(status__in=FINAL)
    return rows


def _part(queue_id: UUID) -> bool:
    """The next part; whether there may be more."""
    plain = Queue.objects.kept().filter(pk=queue_id).first()
    if plain is None or plain.correcting is None:
        return False
    order = plain.correcting
    queue = kind_of(plain).model._default_manager.get(pk=queue_id)
    found = _chosen(queue, order["wanted"]).filter(row_index__gt=order["after"]).order_by("row_index")
    part = list(found.values_list("pk", "row_index")[:PART_ROWS])
    item_ids, problem = [pk for pk, _ in part], ""
    try:
        check = Check(queue, order["values"])
        if not order["is_checked"]:
            check.look_at(item_ids)
            check.refuse()
    except InvalidInput as refused:
        problem = refused.detail
    with transaction.atomic():
        locked = correction_acts.locked(queue_id)
        if locked.correcting != order:
            # It was undone, or somebody else was faster with this part.
            return True
        if problem:
            CorrectionAct.objects.filter(pk=order["act"]).update(problem=problem)
            Queue.objects.filter(pk=queue_id).update(**NO_CORRECTING)
            return False
        if order["is_checked"]:
            _write(order, check.still_fitting(item_ids), len(item_ids))
        following = _following(order, part)
        if following is None:
            Queue.objects.filter(pk=queue_id).update(**NO_CORRECTING)
        else:
            Queue.objects.filter(pk=queue_id).update(correcting=following, correcting_at=Now())
    if order["is_checked"]:
        results.forget(queue)
    return following is not None


def _write(order: Mapping[str, Any], item_ids: list[int], of: int) -> None:
    act = CorrectionAct.objects.get(pk=order["act"])
    written = correction_acts.merge_into_answers(act, item_ids, order["values"]) if item_ids else 0
    CorrectionAct.objects.filter(pk=act.pk).update(skipped=F("skipped") + of - written)


def _following(order: Mapping[str, Any], part: list[tuple[int, int]]) -> dict[str, Any] | None:
    """The order after this part; None where nothing is left."""
    if len(part) == PART_ROWS:
        checked = order["checked"] + (0 if order["is_checked"] else len(part))
        return {**order, "after": part[-1][1], "checked": checked}
    return None if order["is_checked"] else {**order, "is_checked": True, "after": -1, "checked": order["total"]}

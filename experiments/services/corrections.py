"""A person's correction of an answer, stored beside the original."""

from typing import Any

from django.db import transaction
from django.db.models import F

from experiments import response_schema
from experiments.core.choices import FINAL, AuditAction, ErrorCode
from experiments.core.errors import Conflict, InvalidInput
from experiments.core.json_text import BadPayload, strict
from experiments.kinds import kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors import results
from experiments.selectors.corrections import fingerprint_of_answer
from experiments.services import audit

ATTR = "corrected_payload"


def correct(*, queue: Queue, row_index: int, payload: dict[str, Any] | None, seen: str | None = None) -> QueueItem:
    """Stores `payload` beside the original answer; None removes the correction.

    `InvalidInput` where it breaks the schema, `Conflict` while the item is not final. `seen`: the fingerprint of the
    answer that it was made from; `Conflict` where that is another one by now.
    """
    kind = kind_of(queue)
    if payload is not None:
        _check(kind.schema(queue), payload)
    items = queue.rows.filter(row_index=row_index)
    with transaction.atomic():
        # The queue first, as everywhere: a worker locks in that order too.
        Queue.objects.filter(pk=queue.pk).update(corrections=F("corrections") + 1)
        if seen is not None and seen != fingerprint_of_answer(items.get()):
            sentence = f"The answer of {kind.nouns.item} {row_index} changed just now. Look at it, then save again."
            raise Conflict(sentence, code=ErrorCode.CHANGED_MEANWHILE)
        if not items.filter(status__in=FINAL).update(corrected_payload=payload):
            raise Conflict(f"{kind.nouns.item_title} {row_index} has no result yet.", code=ErrorCode.WRONG_STATUS)
        audit.record_queue(queue.pk, AuditAction.CORRECT, row=row_index, removed=payload is None or None)
    results.forget(queue)
    item: QueueItem = items.get()
    return item


def _check(schema: dict[str, Any] | None, payload: dict[str, Any]) -> None:
    try:
        strict(payload, "the correction")
    except BadPayload as problem:
        raise InvalidInput(f"{problem}.", code=ErrorCode.INVALID_TEXT, attr=ATTR) from problem
    mismatch = response_schema.validator(schema)(payload) if schema else None
    if mismatch is not None:
        raise InvalidInput(mismatch, code=ErrorCode.SCHEMA_MISMATCH, attr=ATTR)

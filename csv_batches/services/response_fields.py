"""Changes of a draft's response fields, each applied to what is stored at that moment."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.services import drafts
from experiments.core.choices import ErrorCode
from experiments.core.errors import Conflict
from experiments.services.locking import queue_lock_draft

Json = dict[str, Any]


def change(*, batch_id: UUID, edit: Callable[[list[Json]], list[Json]]) -> CsvBatch:
    """Stores what `edit` returns for the stored fields, unless that is no change."""
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        edited = edit(list(batch.response_fields))
        if edited == batch.response_fields:
            return batch
        return drafts.update(batch_id=batch_id, values={"response_fields": edited})


def replace(*, batch_id: UUID, fields: list[Json], shown: list[Any] | None) -> CsvBatch:
    """Stores `fields` in place of those that the page has shown. `Conflict` where others are stored by now.

    `shown` None: whatever is stored.
    """

    def edit(stored: list[Json]) -> list[Json]:
        if shown is not None and stored not in (shown, fields):
            raise Conflict("The fields were changed in another window.", code=ErrorCode.CHANGED_MEANWHILE)
        return fields

    return change(batch_id=batch_id, edit=edit)

"""Taking changes of a draft back."""

from typing import Any
from uuid import UUID

from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.services import drafts, history
from experiments.core import limits
from experiments.core.errors import Conflict
from experiments.models import Network
from experiments.services.locking import queue_lock_draft

BLANK: dict[str, Any] = {
    "network_id": None,
    "agent_key": "",
    "prompt_template": "",
    "response_fields": [],
    "schema_mode": "update",
    "debug": False,
    "concurrency": 1,
    "max_attempts": 4,
    **dict.fromkeys(limits.NAMES),
}


def undo(*, batch_id: UUID) -> CsvBatch:
    """Takes the last change back. `Conflict` where there is none, or the batch was started."""
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        if not batch.draft_history:
            raise Conflict("There is nothing to undo.", code="nothing_to_undo")
        last = batch.draft_history.pop()
        _put_back(batch, last["values"])
        batch.save()
    return batch


def reset(*, batch_id: UUID) -> CsvBatch:
    """Clears all settings; the file and its rows stay. Can itself be undone."""
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        history.remember(batch, [*BLANK, "columns"])
        columns = [{**column, "mode": "ignore", "key": column["name"]} for column in batch.columns]
        _put_back(batch, {**BLANK, "columns": columns})
        batch.save()
    return batch


def _put_back(batch: CsvBatch, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "response_fields":
            drafts.set_response_fields(batch, value)
        elif name == "network_id":
            batch.network = Network.objects.filter(pk=value).first()
        else:
            setattr(batch, name, value)

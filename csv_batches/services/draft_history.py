"""The history of a draft: what its settings were before each change, so that changes can be undone."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DecimalField
from django.utils import timezone

from csv_batches.models import CsvBatch
from csv_batches.rules.choices import MappingMode, SchemaMode
from experiments.core.choices import ErrorCode
from experiments.core.cost import plain
from experiments.core.errors import Conflict
from experiments.models import Network, queue_settings
from experiments.services.locking import queue_lock_draft

MAX_ENTRIES = 50
ONE_CHANGE = timedelta(seconds=8)
"""Typing within this time is one change: nobody wants to undo a text letter by letter."""
TYPED = {"prompt_template"}
ATTRIBUTES = {"network": "network_id"}
BLANK: dict[str, Any] = {
    "network_id": None,
    **queue_settings.AFTER_RESET,
    "prompt_template": "",
    "response_fields": [],
    "schema_mode": SchemaMode.BATCH,
    "skip_empty": True,
}


def remember(batch: CsvBatch, names: Iterable[str]) -> None:
    """Adds an entry with the present values of the named settings. Call it before they change, then save the batch."""
    now = timezone.now()
    values = {name: _as_json(getattr(batch, name)) for name in (ATTRIBUTES.get(name, name) for name in names)}
    last = batch.draft_history[-1] if batch.draft_history else None
    if last and set(last["values"]) == set(values) <= TYPED and now - datetime.fromisoformat(last["at"]) < ONE_CHANGE:
        return
    batch.draft_history = [*batch.draft_history, {"at": now.isoformat(), "values": values}][-MAX_ENTRIES:]


def _as_json(value: Any) -> Any:
    """An amount as a text: JSON has no decimals."""
    return plain(value) if isinstance(value, Decimal) else value


def forget(batch: CsvBatch) -> None:
    """After a new file: the earlier settings are about other columns. The caller saves the batch."""
    batch.draft_history = []


def undo(*, batch_id: UUID) -> CsvBatch:
    """Undoes the last change. `Conflict` where there is none, or the batch was started."""
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        if not batch.draft_history:
            raise Conflict("There is nothing to undo.", code=ErrorCode.NOTHING_TO_UNDO)
        _restore(batch, batch.draft_history.pop()["values"])
        batch.save()
    return batch


def reset(*, batch_id: UUID) -> CsvBatch:
    """Clears all settings; the file and its rows stay. Can itself be undone."""
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        if batch.revises_id:
            detail = "This draft is a change of another batch. Delete it, and begin the change anew."
            raise Conflict(detail, code=ErrorCode.WRONG_STATUS)
        remember(batch, [*BLANK, "columns"])
        columns = [{**column, "mode": MappingMode.IGNORE, "key": column["name"]} for column in batch.columns]
        _restore(batch, {**BLANK, "columns": columns})
        batch.save()
    return batch


def _restore(batch: CsvBatch, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "response_fields":
            batch.set_response_fields(value)
        elif name == "network_id":
            batch.network = Network.objects.filter(pk=value).first()
        else:
            column = batch._meta.get_field(name)
            setattr(batch, name, column.to_python(value) if isinstance(column, DecimalField) else value)

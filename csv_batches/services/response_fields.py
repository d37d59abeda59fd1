"""Changes of a draft's response fields, each applied to what is stored at that moment."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.services import drafts
from experiments.core import json_text
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.response_schema import schema_import
from experiments.response_schema.fields import field_to_json
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


def import_schema(*, batch_id: UUID, text: str, replace: bool) -> tuple[CsvBatch, schema_import.Imported]:
    """Takes the fields of a pasted JSON Schema, instead of the stored fields or after them.

    The notes of what was imported name the parts of the schema that fields cannot express.
    """
    imported = schema_import.schema_to_fields(parsed(text))
    if not imported.fields:
        notes = " ".join(imported.notes)
        sentence = f"The schema describes no field that can be taken. {notes}".strip()
        raise InvalidInput(sentence, code=ErrorCode.INVALID_SCHEMA, attr="schema")
    made = [field_to_json(field) for field in imported.fields]
    batch = change(batch_id=batch_id, edit=lambda stored: made if replace else [*stored, *made])
    return batch, imported


def parsed(text: str) -> Any:
    """Strict JSON: of two equal keys none may be dropped silently."""
    try:
        return json_text.strict(json_text.parse(text), "the schema")
    except RecursionError:
        reason = "it is nested too deep."
    except (json_text.BadPayload, ValueError) as error:
        reason = f"{error}."
    raise InvalidInput(f"This is not a JSON Schema: {reason}", code=ErrorCode.INVALID_SCHEMA, attr="schema")

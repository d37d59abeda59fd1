"""Changes of a draft's response fields, each on what is stored at that moment."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.services import drafts
from experiments.core import json_text
from experiments.core.errors import InvalidInput
from experiments.response_schema import fields
from experiments.services.locking import queue_lock_draft

Json = dict[str, Any]


def change(*, batch_id: UUID, edit: Callable[[list[Json]], list[Json]]) -> CsvBatch:
    """`edit` gets the stored fields and returns what they shall be. Without a difference nothing is stored."""
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        edited = edit(list(batch.response_fields))
        if edited == batch.response_fields:
            return batch
        return drafts.update(batch_id=batch_id, values={"response_fields": edited})


def import_schema(*, batch_id: UUID, text: str, replace: bool) -> tuple[CsvBatch, fields.Imported]:
    """The fields of a pasted schema, in place of the stored ones or after them; the notes say what they cannot."""
    imported = fields.schema_to_fields(parsed(text))
    if not imported.fields:
        notes = " ".join(imported.notes)
        sentence = f"The schema describes no field that can be taken. {notes}".strip()
        raise InvalidInput(sentence, code="invalid_schema", attr="schema")
    made = [fields.field_to_json(field) for field in imported.fields]
    batch = change(batch_id=batch_id, edit=lambda stored: made if replace else [*stored, *made])
    return batch, imported


def parsed(text: str) -> Any:
    """Strict JSON: a key that stands twice is no key that may be lost in silence."""
    try:
        return json_text.strict(json_text.parse(text), "the schema")
    except json_text.BadPayload as error:
        raise _no_json(f"{error}.") from error
    except RecursionError as error:
        raise _no_json("it is nested too deep.") from error
    except ValueError as error:
        raise _no_json(f"{error}.") from error


def _no_json(why: str) -> InvalidInput:
    return InvalidInput(f"This is not a JSON Schema: {why}", code="invalid_schema", attr="schema")

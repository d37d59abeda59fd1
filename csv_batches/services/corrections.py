"""A person's answer to a row, beside the one that came."""

from typing import Any

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.selectors import results
from experiments import response_schema
from experiments.errors import Conflict, InvalidInput
from experiments.run_client.strict_json import BadPayload, strict

FINAL = ("succeeded", "failed")
ATTR = "corrected_payload"


def correct(*, batch: CsvBatch, row_index: int, payload: dict[str, Any] | None) -> CsvBatchRow:
    """Stores `payload` beside the original answer; None takes the correction back.

    `InvalidInput` where it breaks the schema, `Conflict` while the row is not final.
    """
    if payload is not None:
        _check(batch, payload)
    changed = batch.rows.filter(row_index=row_index, status__in=FINAL).update(corrected_payload=payload)
    if not changed:
        raise Conflict(f"Row {row_index} has no result yet.", code="wrong_status")
    results.forget(batch)
    row: CsvBatchRow = batch.rows.get(row_index=row_index)
    return row


def _check(batch: CsvBatch, payload: dict[str, Any]) -> None:
    try:
        strict(payload, "the correction")
    except BadPayload as problem:
        raise InvalidInput(f"{problem}.", code="invalid_text", attr=ATTR) from problem
    problem_in_words = response_schema.validator(batch.schema_json)(payload) if batch.schema_json else None
    if problem_in_words is not None:
        raise InvalidInput(problem_in_words, code="schema_mismatch", attr=ATTR)

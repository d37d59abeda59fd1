"""A person's answer to a row, beside the one that came."""

from typing import Any

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments import response_schema
from experiments.errors import Conflict, InvalidInput


def correct(*, batch: CsvBatch, row_index: int, payload: dict[str, Any] | None) -> CsvBatchRow:
    """Stores `payload` beside the original answer; None takes the correction back.

    `InvalidInput` where it breaks the schema, `Conflict` while the row is not final.
    """
    if payload is not None and batch.schema_json:
        problem = response_schema.validator(batch.schema_json)(payload)
        if problem is not None:
            raise InvalidInput(problem, code="schema_mismatch", attr="corrected_payload")
    changed = batch.rows.filter(row_index=row_index, status__in=["succeeded", "failed"]).update(
        corrected_payload=payload
    )
    if not changed:
        raise Conflict(f"Row {row_index} has no result yet.", code="wrong_status")
    row: CsvBatchRow = batch.rows.get(row_index=row_index)
    return row

"""A row as it would be sent."""

from typing import Any

from csv_batches.models import CsvBatch
from csv_batches.selectors.plan import CsvBatchPlan
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput


def preview_of_row(batch: CsvBatch, row_index: int | None) -> dict[str, Any]:
    """`{user_message, system_params, problems: [{code, detail}]}` of a row; without `row_index`, of the first row."""
    rows = batch.rows.in_order()
    row = rows.first() if row_index is None else rows.filter(row_index=row_index).first()
    if row is None:
        what = "no rows yet" if row_index is None else f"no row {row_index}"
        raise InvalidInput(f"The batch has {what}.", code=ErrorCode.DOES_NOT_EXIST, attr="row_index")
    return CsvBatchPlan.of(batch).preview(row.payload)

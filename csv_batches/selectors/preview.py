"""A row as it would be sent."""

from collections.abc import Sequence
from typing import Any

from csv_batches.models import CsvBatch
from csv_batches.selectors.plan import CsvBatchPlan
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, WorkbenchError


def preview_of_row(batch: CsvBatch, row_index: int | None) -> dict[str, Any]:
    """`{user_message, system_params, problems: [{code, detail}]}` of a row; without `row_index`, of the first row."""
    rows = batch.rows.in_order()
    row = rows.first() if row_index is None else rows.filter(row_index=row_index).first()
    if row is None:
        what = "no rows yet" if row_index is None else f"no row {row_index}"
        raise InvalidInput(f"The batch has {what}.", code=ErrorCode.DOES_NOT_EXIST, attr="row_index")
    return preview_of_payload(CsvBatchPlan.of(batch), row.payload)


def preview_of_payload(plan: CsvBatchPlan, payload: Sequence[str]) -> dict[str, Any]:
    """As `preview_of_row`, of the cells of a row."""
    problems = [{"code": problem.code, "detail": problem.detail} for problem in plan.unknown_placeholders()]
    try:
        message, params = plan.request(payload)
    except WorkbenchError as error:
        message, params = "", plan.columns.system_params(payload)
        problems = problems or [{"code": error.code, "detail": error.detail}]
    return {"user_message": message, "system_params": params, "problems": problems}

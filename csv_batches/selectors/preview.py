"""A row as it would be sent."""

from collections.abc import Sequence
from typing import Any

from csv_batches.models import CsvBatch
from csv_batches.selectors.plan import CsvBatchPlan
from experiments.core.errors import InvalidInput, WorkbenchError


def of_row(batch: CsvBatch, row_index: int | None) -> dict[str, Any]:
    """`{user_message, system_params, problems: [{code, detail}]}` of a row, the first one where none is named."""
    rows = batch.rows.in_order()
    row = rows.first() if row_index is None else rows.filter(row_index=row_index).first()
    if row is None:
        what = "no rows yet" if row_index is None else f"no row {row_index}"
        raise InvalidInput(f"The batch has {what}.", code="does_not_exist", attr="row_index")
    return of_payload(CsvBatchPlan.of(batch), row.payload)


def of_payload(plan: CsvBatchPlan, payload: Sequence[str]) -> dict[str, Any]:
    """The same of the cells of a row."""
    problems = [{"code": problem.code, "detail": problem.detail} for problem in plan.unknown_placeholders()]
    try:
        message, params = plan.request(payload)
    except WorkbenchError as error:
        message, params = "", plan.columns.system_params(payload)
        problems = problems or [{"code": error.code, "detail": error.detail}]
    return {"user_message": message, "system_params": params, "problems": problems}

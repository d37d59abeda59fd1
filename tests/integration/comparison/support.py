"""Two batches of the same file with other answers."""

from typing import Any

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, row_of

FIELDS = [
    {"name": "category", "description": "", "type": "string", "required": True, "choices": ["billing", "account"]},
    {"name": "score", "description": "", "type": "integer", "required": True},
    {"name": "tags", "description": "", "type": "list", "required": True},
    {"name": "summary", "description": "", "type": "string", "required": True},
]
ANSWER = {"category": "billing", "score": 86, "tags": ["refund", "late"], "summary": "Charged twice."}


def two_batches(a: list[Any], b: list[Any], **values: Any) -> tuple[CsvBatch, CsvBatch]:
    """Each row is what differs from `ANSWER`, None where it failed, or "" where it waits."""
    return _batch("A", a, **values), _batch("B", b, **values)


def _batch(name: str, rows: list[Any], *, owner: str = "ann", sha: str = "same", **values: Any) -> CsvBatch:
    given = {"response_fields": FIELDS, "source_sha256": sha, "source_name": "mails.csv"} | values
    made = batch_of(owner, status="completed", name=name, **given)
    for index, differs in enumerate(rows):
        if differs is None:
            row_of(made, index, "failed")
        elif differs == "":
            row_of(made, index, "queued")
        else:
            row_of(made, index, "succeeded", result_payload={**ANSWER, **differs})
    succeeded, failed = sum(isinstance(row, dict) for row in rows), rows.count(None)
    counts = {"succeeded": succeeded, "failed": failed, "queued": len(rows) - succeeded - failed}
    status = "paused" if counts["queued"] else "completed"
    CsvBatch.objects.filter(pk=made.pk).update(total=len(rows), status=status, **counts)
    return CsvBatch.objects.get(pk=made.pk)

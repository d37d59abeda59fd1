"""Batches in the state that a worker leaves them in."""

from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from tests.integration.api.support import Draft


def complete(draft: Draft) -> None:
    """Every row has succeeded, with an empty answer."""
    now = timezone.now()
    rows = CsvBatchRow.objects.filter(queue_id=draft.id)
    count = rows.update(
        status="succeeded", result_payload={}, run_trace_id="t", attempts=1, started_at=now, completed_at=now
    )
    CsvBatch.objects.filter(pk=draft.id).update(
        status="completed", total=count, queued=0, succeeded=count, started_at=now, completed_at=now
    )

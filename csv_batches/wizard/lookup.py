"""What the views of a batch have in common: fetch and authorise, and lead to its queue."""

from typing import Any
from uuid import UUID

from django.http import Http404

from csv_batches.models import CsvBatch
from csv_batches.selectors import batches as selectors
from experiments.kinds import kind_of


def batch_or_404(user: Any, batch_id: UUID) -> CsvBatch:
    """Anybody else's batch does not exist."""
    batch = selectors.batches_of(user).filter(pk=batch_id).first()
    if batch is None:
        raise Http404
    return batch


def queue_address(batch: CsvBatch) -> str:
    return kind_of(batch).address(batch.pk)

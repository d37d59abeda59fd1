"""What a draft was before each change, the latest last."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from csv_batches.models import CsvBatch

MOST = 50
ONE_CHANGE = timedelta(seconds=8)
"""Typing within this time is one change: nobody wants to undo a text letter by letter."""
TYPED = {"prompt_template"}
ATTRIBUTES = {"network": "network_id"}


def remember(batch: CsvBatch, names: Iterable[str]) -> None:
    """Notes what the named settings are now, before they change. The caller saves the batch."""
    now = timezone.now()
    values = {attribute: getattr(batch, attribute) for attribute in (ATTRIBUTES.get(name, name) for name in names)}
    last = batch.draft_history[-1] if batch.draft_history else None
    if last and set(last["values"]) == set(values) <= TYPED and now - datetime.fromisoformat(last["at"]) < ONE_CHANGE:
        return
    batch.draft_history = [*batch.draft_history, {"at": now.isoformat(), "values": values}][-MOST:]


def forget(batch: CsvBatch) -> None:
    """After a new file: settings of other columns cannot come back."""
    batch.draft_history = []

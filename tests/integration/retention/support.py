"""Finished batches of some age: time is moved in the data, nobody waits."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Attempt, Network, QueueItem, Run
from tests.integration.api.support import finish
from tests.support.api import Api, numbered

ANSWERS = {0: {"topic": "billing", "score": 1}, 2: {"topic": "other", "score": 3}}
FAILURES = {1: "timeout"}


def network(api: Api) -> str:
    return "net" if Network.objects.filter(name="net").exists() else api.network(None)


def finished(api: Api, *, days_ago: float, **values: Any) -> str:
    """A batch of three rows, two answered and one failed, with everything that a worker leaves."""
    batch = api.ready(network(api), numbered(3), **values)
    finish(batch, ANSWERS, FAILURES)
    stored = CsvBatch.objects.get(pk=batch)
    for item in QueueItem.objects.filter(queue_id=batch):
        Run.objects.create(
            trace_id=f"t{item.row_index}-{batch}",
            network_id=stored.network_id,
            owner_id=stored.created_by_id,
            item_id=item.pk,
            request={"user_message": f"row {item.row_index}"},
            final={
                "status": "ok",
                "response_payload": item.result_payload,
                "unread": f"row {item.row_index}",
                "repaired": {"problem": f"row {item.row_index}", "unread": ""},
            },
            execution_log=[{"type": "agent", "prompt": f"row {item.row_index}"}],
            debug=[{"prompt": f"row {item.row_index}"}],
            usage={"total_tokens": 15},
        )
        words = {"detail": "row 1 took too long", "unread": "row 1"}
        Attempt.objects.create(item_id=item.pk, generation=1, attempt=1, outcome="ok", **words)
    CsvBatch.objects.filter(pk=batch).update(completed_at=timezone.now() - timedelta(days=days_ago))
    return batch

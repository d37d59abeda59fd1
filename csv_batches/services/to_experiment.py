"""An experiment out of a finished batch: what was sent is its data set, the answers are what it expects."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from csv_batches.models import CsvBatch
from csv_batches.selectors.plan import CsvBatchPlan
from experiments.core.choices import QueueStatus
from experiments.core.errors import Conflict, InvalidInput
from experiments.experiment_kind.choices import Rule
from experiments.experiment_kind.datasets import params_text
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, store_items
from experiments.models import Queue
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors.queues import refuse_without_source

HEADERS = ("user_message", "expected", "system_params", "row_index")
FINISHED = (QueueStatus.COMPLETED, QueueStatus.CANCELLED)
CHUNK = 2000
RULES = {"number": Rule.NUMERIC, "integer": Rule.NUMERIC, "boolean": Rule.JSON}
"""By the type of the scored field; texts are compared normalised."""


def make(*, batch: CsvBatch, user: Any, corrected_only: bool) -> Experiment:
    """A draft with the same network, agent and schema; its items keep the row's number as `row_index`.

    A person's correction is what is expected, else the answer. `Conflict` before the batch has ended, `InvalidInput`
    where no row has such an answer.
    """
    if batch.status not in FINISHED:
        sentence = f"The batch is {batch.status}. Make an experiment of it when it is completed or cancelled."
        raise Conflict(sentence, code="not_finished")
    with transaction.atomic():
        rows = _rows(batch, corrected_only)
        if not rows.exists():
            what = "was corrected" if corrected_only else "has an answer"
            raise InvalidInput(f"No row of this batch {what}.", code="no_rows", attr="only")
        made = drafts.create(user=user, values=_settings(batch))
        store_items.fill(experiment=made, headers=HEADERS, rows=_cells(batch, rows))
        # After the reading: what is removed from here on is in it.
        refuse_without_source(Queue.objects.get(pk=batch.pk), "made an experiment")
    return made


def _rows(batch: CsvBatch, corrected_only: bool) -> QueueItemQuerySet:
    answered = Q(corrected_payload__isnull=False)
    if not corrected_only:
        answered |= Q(status="succeeded")
    return batch.rows.filter(answered)


def _settings(batch: CsvBatch) -> dict[str, Any]:
    assert batch.network is not None
    field = batch.response_fields[0] if batch.response_fields else {"name": "", "type": "string"}
    return {
        "name": f"{batch.name[:180]} as experiment",
        "network": batch.network.pk,
        "agent_key": batch.agent_key,
        "concurrency": batch.concurrency,
        "max_attempts": batch.max_attempts,
        "debug": batch.debug,
        "dataset_name": batch.dataset_name,
        "schema_json": batch.schema_json,
        "scoring": {"rule": RULES.get(field["type"], Rule.NORMALISED), "field": field["name"]},
    }


def _cells(batch: CsvBatch, rows: QueueItemQuerySet) -> Iterator[list[str]]:
    plan = CsvBatchPlan.of(batch)
    found = rows.in_order().values_list("row_index", "payload", "result_payload", "corrected_payload")
    for index, payload, result, corrected in found.iterator(chunk_size=CHUNK):
        message, params = plan.request(payload)
        expected = json.dumps(result if corrected is None else corrected, ensure_ascii=False, separators=(",", ":"))
        yield [message, expected, params_text(params), str(index)]

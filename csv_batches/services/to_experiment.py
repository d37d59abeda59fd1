"""Makes an experiment of a finished batch: what was sent becomes the data set, the answers what is expected."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from csv_batches.models import CsvBatch
from csv_batches.selectors.plan import CsvBatchPlan
from experiments.core import limits
from experiments.core.choices import FINISHED, ErrorCode, FieldType, RowStatus
from experiments.core.errors import Conflict, InvalidInput
from experiments.core.json_numbers import to_json
from experiments.experiment_kind.choices import Rule
from experiments.experiment_kind.datasets import params_text
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, store_items
from experiments.models import Queue, queue_settings
from experiments.models.querysets import QueueItemQuerySet
from experiments.response_schema.field_types import traits_of_field
from experiments.selectors.queues import refuse_without_source
from experiments.services import quotas

HEADERS = ("user_message", "expected", "system_params", "row_index")
ROWS_PER_FETCH = 2000


def make(*, batch: CsvBatch, user: Any, corrected_only: bool) -> Experiment:
    """A draft with the same network, agent and schema; its items keep the row's number as `row_index`.

    Expected is a person's correction, else the answer. `Conflict` before the batch has ended, `InvalidInput` where no
    row has such an answer.
    """
    if batch.status not in FINISHED:
        sentence = f"The batch is {batch.status}. Save it as an experiment once it’s completed or canceled."
        raise Conflict(sentence, code=ErrorCode.NOT_FINISHED)
    corrected = Q(corrected_payload__isnull=False)
    settings.DISK_SPACE.refuse_rows(batch.source_size or 0)
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        rows = batch.rows.filter(corrected if corrected_only else corrected | Q(status=RowStatus.SUCCEEDED))
        if not rows.exists():
            what = "was corrected" if corrected_only else "has an answer"
            raise InvalidInput(f"No row of this batch {what}.", code=ErrorCode.NO_ROWS, attr="only")
        experiment = drafts.begin(user=user, values=_experiment_settings(batch))
        store_items.fill(experiment=experiment, headers=HEADERS, rows=_dataset_rows(batch, rows))
        # Checked after the rows were read: rows that are removed from now on are in the experiment.
        refuse_without_source(Queue.objects.get(pk=batch.pk), "made an experiment")
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return experiment


def _experiment_settings(batch: CsvBatch) -> dict[str, Any]:
    assert batch.network is not None
    fields = batch.response_fields
    field: dict[str, Any] = fields[0] if fields else {"name": "", "type": FieldType.STRING}
    return {
        "name": f"{batch.name[:180]} as experiment",
        "network": batch.network.pk,
        # The limits were chosen for the rows of the batch.
        **{name: getattr(batch, name) for name in queue_settings.IN_DUPLICATE if name not in limits.LIMIT_NAMES},
        "dataset_name": batch.dataset_name,
        "schema_json": batch.schema_json,
        "scoring": {"rule": _rule_of_field(field), "field": field["name"]},
    }


def _rule_of_field(field: dict[str, Any]) -> Rule:
    """How answers to the field are compared."""
    traits = traits_of_field(field)
    if traits.values or traits.is_nested:
        return Rule.JSON
    return Rule.NORMALISED if traits.is_text else Rule.NUMERIC


def _dataset_rows(batch: CsvBatch, rows: QueueItemQuerySet) -> Iterator[list[str]]:
    """The cells of each row of the data set, in the order of `HEADERS`."""
    plan = CsvBatchPlan.of(batch)
    found = rows.in_order().values_list("row_index", "payload", "result_payload", "corrected_payload")
    for index, payload, result, correction in found.iterator(chunk_size=ROWS_PER_FETCH):
        message, params = plan.request(payload)
        answer = result if correction is None else correction
        expected = to_json(answer, separators=(",", ":"))
        yield [message, expected, params_text(params), str(index)]

"""A new draft out of an experiment: the same settings and data set, with all items or those that failed."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from experiments.core.choices import ErrorCode, RowStatus
from experiments.core.errors import InvalidInput
from experiments.experiment_kind.choices import SchemaMode
from experiments.experiment_kind.datasets import ITEM_NUMBER, DatasetLayout
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.services import drafts, store_items
from experiments.models import Queue, queue_settings
from experiments.selectors.queues import refuse_without_source
from experiments.services import quotas

SETTINGS = ("network", *queue_settings.IN_DUPLICATE, "prompt_template", "scoring")
SCHEMA = ("schema_mode", "response_fields", "schema_json", "schema_guidance", "schema_example")
DATASET = (
    *("dataset_name", "source_name", "source_size", "source_sha256", "encoding", "delimiter", "line_end"),
    *("warnings", "columns", "dataset_size", "dataset_digest", "total", "queued"),
)

_COPY_ITEMS = """
INSERT INTO experiments_queueitem (queue_id, kind, row_index, payload, error_code, error_message)
SELECT %(to)s, kind, row_index, payload, '', '' FROM experiments_queueitem WHERE queue_id = %(from)s
"""


def duplicate(*, experiment: Experiment, user: Any, failed_only: bool = False) -> Experiment:
    """The new draft, to be run again, or by another network.

    `failed_only`: with the items of which a run failed; `InvalidInput` where there is none.
    """
    if failed_only and not experiment.failed:
        raise InvalidInput("No item of this experiment failed.", code=ErrorCode.NO_ROWS, attr="only")
    quotas.refuse_over(user.pk, *quotas.NEW_QUEUE)
    settings.DISK_SPACE.refuse_rows(experiment.source_size or 0)
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        values = {name: getattr(experiment, name) for name in (*SETTINGS, *SCHEMA, *DATASET)}
        copy = Experiment(**values, kind=KIND, name=f"{experiment.name[:193]} (copy)", created_by=user)
        copy.queued = copy.total
        if copy.schema_mode == SchemaMode.NETWORK:
            drafts.set_schema(copy, None)
        copy.save()
        if failed_only:
            _copy_failed(experiment, copy)
        else:
            with connection.cursor() as cursor:
                cursor.execute(_COPY_ITEMS, {"from": experiment.pk, "to": copy.pk})
        # Checked after the copy, so that rows removed meanwhile are noticed.
        refuse_without_source(Queue.objects.get(pk=experiment.pk), "duplicated")
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return copy


def _copy_failed(source: Experiment, copy: Experiment) -> None:
    """Each item of which a run failed, as often as it runs in `source`."""
    dataset = store_items.Dataset(DatasetLayout.from_json(source.columns))
    copy.total = copy.queued = store_items.store_in_parts(copy, _failed_items(source, dataset))
    copy.dataset_size, copy.dataset_digest = dataset.size, dataset.digest
    copy.save()


def _failed_items(source: Experiment, dataset: store_items.Dataset) -> Iterator[list[str]]:
    runs = source.rows.in_order().values_list("payload", "status").iterator(chunk_size=store_items.CHUNK)
    for _, runs_of_item in groupby(runs, key=lambda run: run[0][ITEM_NUMBER]):
        payloads, statuses = zip(*runs_of_item, strict=True)
        if RowStatus.FAILED in statuses:
            yield from dataset.add(payloads[0][:ITEM_NUMBER], len(payloads))

"""Batches for the bench: made in its database, started as a person would."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Sum

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import mapping
from csv_batches.services import store_rows
from experiments import response_schema
from experiments.core.choices import FieldType
from experiments.core.errors import Conflict
from experiments.ingest import ReadOptions
from experiments.models import Network, Queue
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import field_to_json
from experiments.services import bulk_insert, queues

COLUMNS = [f"column {number}" for number in range(8)]
FIELDS = {"topic": FieldType.STRING, "summary": FieldType.STRING, "score": FieldType.INTEGER}
"""Those of the server's answer."""
MOST_AT_ONCE = 100_000
"""So wide is the network: never the limit."""


def cells_of_row(index: int) -> list[str]:
    """Some 130 bytes of a file."""
    return [str(index), f"text of row {index}, with a comma, which says what it is about", *["some text"] * 6]


def create_network(url: str) -> Network:
    return Network.objects.create(name="bench", run_url=url, max_concurrency=MOST_AT_ONCE)


def create_batch(network: Network | None, *, rows: int, concurrency: int = 1) -> CsvBatch:
    """A draft with `rows` rows that wait."""
    user, _ = get_user_model().objects.get_or_create(username="bench", defaults={"is_staff": True})
    answer = check_fields([{"name": name, "type": kind} for name, kind in FIELDS.items()])
    schema = fields_to_schema(answer)
    batch = CsvBatch.objects.create(
        kind=KIND,
        name="bench",
        network=network,
        created_by=user,
        concurrency=concurrency,
        columns=mapping.columns_of_table([(name, name) for name in COLUMNS]),
        prompt_template='{{ row["column 1"] }}',
        response_fields=[field_to_json(field) for field in answer],
        schema_json=schema,
        schema_guidance=response_schema.guidance(schema),
        schema_example=response_schema.example(schema),
    )
    store(batch, (cells_of_row(index) for index in range(rows)))
    return batch


def store_file(batch: CsvBatch, path: Path) -> int:
    """Reads a file into a draft, as after an upload; how many rows it has."""
    options = ReadOptions()
    with transaction.atomic():
        table = store_rows.open_file(path, name=path.name, options=options)
        with store_rows.rows_replaced(batch, table, options) as rows:
            store_rows.describe_rows(batch, rows)
            batch.save()
    return rows.count


def store(batch: CsvBatch, payloads: Iterator[list[str]]) -> int:
    """Replaces the rows of a draft; how many there are."""
    with transaction.atomic():
        rows = bulk_insert.replace_items(queue=batch, payloads=payloads)
        bulk_insert.set_total(queue=batch, total=rows)
    return rows


def start(batch_id: UUID) -> None:
    queues.start(queue_id=batch_id)


def stop(batch_ids: Sequence[UUID]) -> None:
    """Cancels those that still run."""
    for batch_id in batch_ids:
        with suppress(Conflict):
            queues.cancel(queue_id=batch_id)


def recorded(batch_ids: Sequence[UUID]) -> tuple[int, int]:
    """How many rows have an answer, and how many failed."""
    sums = Queue.objects.filter(pk__in=batch_ids).aggregate(Sum("succeeded"), Sum("failed"))
    return sums["succeeded__sum"] or 0, sums["failed__sum"] or 0

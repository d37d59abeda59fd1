"""An export shows the batch as it was when its first byte was made, whatever is done to it meanwhile."""

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.core.errors import Conflict, Gone
from experiments.services import exports, queue_retry
from tests.integration.api.support import Draft
from tests.support.api import from_csv

PARTIAL = exports.ExportOptions(partial=True)


def elsewhere(change: Callable[[], object]) -> None:
    """Does it over another connection, and is done with it."""

    def run() -> None:
        try:
            change()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(60)


def rows_of(draft: Draft) -> list[list[str]]:
    return from_csv(b"".join(exports.export_chunks(CsvBatch.objects.get(pk=draft.id), PARTIAL)))


def tried_again(queue_id: str) -> None:
    """As a request and a worker do it together."""
    queue_retry.retry(queue_id=queue_id, force=True)
    queue_retry.retry_rest(queue_id)


def changes(draft: Draft) -> dict[str, Callable[[], object]]:
    rows = CsvBatchRow.objects.filter(queue_id=draft.id)
    last = rows.filter(row_index=18_999)
    return {
        "a worker records": lambda: last.update(status="succeeded", result_payload={"a": 1}, run_trace_id="t"),
        "a person corrects": lambda: last.update(corrected_payload={"a": 2}),
        "all rows are tried again": lambda: tried_again(draft.id),
        "rows are deleted": lambda: rows.filter(row_index__gte=10_000).delete(),
        "the batch is deleted": lambda: CsvBatch.objects.filter(pk=draft.id).update(deleted_at="2026-01-01T00:00Z"),
        "columns get other headers": lambda: CsvBatch.objects.filter(pk=draft.id).update(columns=[]),
    }


NAMES = [
    *("a worker records", "a person corrects", "all rows are tried again"),
    *("rows are deleted", "the batch is deleted", "columns get other headers"),
]


@pytest.mark.usefixtures("no_worker")
def test_what_happens_meanwhile_is_not_in_the_file(many: Draft) -> None:
    CsvBatch.objects.filter(pk=many.id).update(status="paused")
    for name in NAMES:
        before = rows_of(many)
        pieces = exports.export_chunks(CsvBatch.objects.get(pk=many.id), PARTIAL)
        first = next(pieces)
        elsewhere(changes(many)[name])
        assert from_csv(first + b"".join(pieces)) == before, name
        if name == "the batch is deleted":
            CsvBatch.objects.filter(pk=many.id).update(deleted_at=None)


def test_a_batch_that_changes_before_the_first_byte_gives_no_file(many: Draft) -> None:
    found = CsvBatch.objects.filter(pk=many.id)
    paused = exports.export_chunks(found.get(), exports.ExportOptions())
    found.update(status="paused")
    with pytest.raises(Conflict):
        next(paused)
    found.update(status="completed")
    deleted = exports.export_chunks(found.get(), exports.ExportOptions())
    found.update(deleted_at="2026-01-01T00:00Z")
    with pytest.raises(Gone):
        next(deleted)


def test_leaving_it_half_read_leaves_no_transaction(many: Draft) -> None:
    pieces = exports.export_chunks(CsvBatch.objects.get(pk=many.id), PARTIAL)
    next(pieces)
    assert connection.in_atomic_block
    pieces.close()  # type: ignore[attr-defined]
    assert not connection.in_atomic_block


def test_memory_does_not_grow_with_the_rows(many: Draft) -> None:
    batch = CsvBatch.objects.get(pk=many.id)
    tracemalloc.start()
    try:
        size = sum(map(len, exports.export_chunks(batch, PARTIAL)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 19_000_000
    assert peak < 12_000_000

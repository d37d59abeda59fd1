"""A large batch made in the database, and how many rows PostgreSQL looks at for a page."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from csv_batches.models import KIND, CsvBatch
from experiments.models import Queue
from tests.integration.web.support import batch_of

ROWS = 20_000
_FILL = """
INSERT INTO experiments_queueitem (queue_id, kind, row_index, payload, status)
SELECT %(queue)s, %(kind)s, n, jsonb_build_array(n::text, 'subject ' || n, 'body ' || n), 'queued'
FROM generate_series(0, %(rows)s - 1) AS n
"""
# 40 % are done, from the first on: of ten of them one failed.
_DO = """
UPDATE experiments_queueitem SET
    status = CASE WHEN row_index %% 10 = 3 THEN 'failed' ELSE 'succeeded' END,
    error_code = CASE WHEN row_index %% 10 <> 3 THEN '' WHEN row_index < 400 THEN 'rejected' ELSE 'timeout' END,
    result_payload = CASE WHEN row_index %% 10 <> 3 THEN jsonb_build_object(
        'category', (ARRAY['billing', 'praise'])[1 + row_index %% 2], 'urgent', row_index %% 3 = 0) END,
    elapsed_ms = 12
WHERE queue_id = %(queue)s AND row_index < %(rows)s * 2 / 5
"""
_RUNS = """
INSERT INTO experiments_run (trace_id, network_id, owner_id, item_id, agent_key, status, request, final, execution_log,
    usage, created_at)
SELECT 'trace-' || i.row_index, q.network_id, q.created_by_id, i.id, '', 'ok', '{}', '{}', '[]', '{}',
       now() - i.row_index * interval '1 second'
FROM experiments_queueitem i JOIN experiments_queue q ON q.id = i.queue_id
WHERE i.queue_id = %(queue)s AND i.status = 'succeeded'
"""


def large_batch(rows: int = ROWS, **values: Any) -> CsvBatch:
    """With so many rows, and a run of each that succeeded."""
    batch = batch_of("ann", status="paused", **values)
    params = {"queue": batch.pk, "kind": KIND, "rows": rows}
    with connection.cursor() as cursor:
        cursor.execute(_FILL, params)
        cursor.execute(_DO, params)
        cursor.execute(_RUNS, params)
        cursor.execute("ANALYZE experiments_queueitem, experiments_queue, experiments_run")
    done, failed = rows * 2 // 5, rows * 2 // 50
    counts = {"total": rows, "queued": rows - done, "succeeded": done - failed, "failed": failed}
    CsvBatch.objects.filter(pk=batch.pk).update(**counts)
    batch.refresh_from_db()
    return batch


def copies(batch: CsvBatch, number: int) -> None:
    """So many further batches like it, each a second older than the last."""
    names = [field.column for field in Queue._meta.concrete_fields if field.column not in ("id", "created_at")]
    of_kind = [field.column for field in CsvBatch._meta.local_concrete_fields if not field.primary_key]
    queue, kind = ", ".join(names), ", ".join(of_kind)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH made AS (
                INSERT INTO experiments_queue (id, created_at, {queue})
                SELECT gen_random_uuid(), created_at - n * interval '1 second', {queue}
                FROM experiments_queue, generate_series(1, %s) AS n WHERE id = %s RETURNING id
            )
            INSERT INTO csv_batches_csvbatch (queue_ptr_id, {kind})
            SELECT made.id, {kind} FROM made, csv_batches_csvbatch WHERE queue_ptr_id = %s
            """,
            [number, batch.pk, batch.pk],
        )
        cursor.execute("ANALYZE experiments_queue, csv_batches_csvbatch")


class Reads:
    """`most` is how many rows the statement that looked at most of them looked at, and `sql` that statement."""

    def __init__(self) -> None:
        self.most = 0
        self.sql = ""
        self.sorted = 0
        """The largest sort, in rows."""


@contextmanager
def reads(apart: str = "") -> Iterator[Reads]:
    """Explains afterwards each query that the block made, but those that have the text `apart`."""
    found = Reads()
    with CaptureQueriesContext(connection) as queries:
        yield found
    for query in queries:
        sql = query["sql"]
        if not sql.lstrip().upper().startswith(("SELECT", "WITH")) or (apart and apart in sql):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            answer = cursor.fetchone()[0]
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        looked = max(looked_at(node) for node in nodes(plan))
        if looked > found.most:
            found.most, found.sql = looked, sql
        found.sorted = max(
            [found.sorted, *(node["Actual Rows"] for node in nodes(plan) if node["Node Type"] == "Sort")]
        )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def looked_at(node: dict[str, Any]) -> int:
    """Rows that the node read, those included that it left out."""
    left_out = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck", "Join Filter"))
    return int((node["Actual Rows"] + left_out) * node["Actual Loops"])

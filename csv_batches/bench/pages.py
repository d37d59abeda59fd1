"""What a page takes of a batch of many rows, while a worker writes into it: the first of a web process, and others."""

import re
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.db import connection

from csv_batches.bench import batches, postgres
from csv_batches.bench.calls import Say
from csv_batches.bench.results import Result
from csv_batches.bench.server import run_server
from csv_batches.bench.sizes import Size
from csv_batches.bench.steady import await_rows
from csv_batches.bench.web import BenchSite
from csv_batches.bench.worker import BenchWorker
from csv_batches.models import CsvBatch
from experiments.core.choices import RowError
from experiments.models import Queue

IN_FLIGHT = 4
LATENCY_S = 0.1
LOOKS = 5
"""A figure is the median of so many requests of one page."""
LIMIT_MS = 100.0
HAS = re.compile(r'name="has"\s+value="([^"]+)"')

# 45 % have an answer, 5 % failed, in two ways; the others wait.
_FILL = """
UPDATE experiments_queueitem SET
    status = CASE WHEN row_index % 10 = 3 THEN 'failed' ELSE 'succeeded' END,
    error_code = CASE WHEN row_index % 10 <> 3 THEN '' WHEN row_index % 100 = 3 THEN %(rare)s ELSE %(often)s END,
    error_message = CASE WHEN row_index % 10 = 3 THEN 'It said no.' ELSE '' END,
    result_payload = CASE WHEN row_index % 10 <> 3 THEN jsonb_build_object('topic',
        (ARRAY['billing', 'delivery', 'praise'])[1 + row_index % 3], 'summary', 'About row ' || row_index || '.',
        'score', row_index % 100) END,
    attempts = 1, elapsed_ms = 200 + row_index % 100, started_at = now(), completed_at = now()
WHERE queue_id = %(queue)s AND row_index < %(rows)s / 2
"""


def pages(size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Milliseconds of each page, for a person who asks on this machine."""
    for rows in size.growth:
        taken: dict[str, list[float]] = {}
        _measure(rows, repeat, taken)
        for what, figures in taken.items():
            limit = LIMITS_MS.get(what, LIMIT_MS)
            result = Result(
                f"pages_{what.replace(' ', '_')}_{rows}",
                f"{what}, {rows:,} rows",
                "ms",
                figures,
                [limit],
                "limit",
                most=1.0,
            )
            say(f"{result.what}: {median(figures):,.0f} ms")
            yield result


FIRST, POLL, METRICS = "first page of a process", "poll", "metrics"
LIMITS_MS = {POLL: 20.0, METRICS: 200.0}
"""Of those that have another one."""


def _measure(rows: int, repeat: int, taken: dict[str, list[float]]) -> None:
    postgres.empty_tables()
    with run_server(latency_s=LATENCY_S) as server:
        batch = batches.create_batch(batches.create_network(server.url), rows=rows, concurrency=IN_FLIGHT)
        fill(batch, rows)
        with BenchWorker(processes=1) as worker:
            batches.start(batch.pk)
            try:
                await_rows(worker, [batch.pk], rows // 2 + IN_FLIGHT)
                for _ in range(repeat):
                    with BenchSite(batch.created_by) as site:
                        _look(site, f"/csv-batch/{batch.pk}/", rows, taken)
                    worker.check()
            finally:
                batches.stop([batch.pk])


def _look(site: BenchSite, page: str, rows: int, taken: dict[str, list[float]]) -> None:
    def add(what: str, path: str, looks: int = LOOKS, **more: Any) -> None:
        taken.setdefault(what, []).append(median(site.get(path, **more)[0] for _ in range(looks)))

    add(FIRST, page, looks=1)
    add("page", page)
    add("page in the middle", f"{page}?after={rows // 2}")
    add("rows that failed", f"{page}?status=failed&after={rows // 4}")
    add("rows with an error code", f"{page}?error_code={RowError.REJECTED}&after={rows // 4}")
    add("rows with an answer", f"{page}?field=topic&value=praise&after={rows // 4}")
    add("search with many hits", f"{page}?search=text of row&after={rows // 2}")
    add("search with one hit", f"{page}?search=row {rows // 2},")
    add("search without a hit", f"{page}?search=nowhere")
    add("row", f"{page}row/{rows // 4}/", headers={"HX-Request": "true"})
    add("results", f"{page}results/", looks=1)
    add("list of batches", "/csv-batch/")
    add(METRICS, "/metrics")
    has = HAS.findall(site.get(page)[1])
    add(POLL, page, headers={"HX-Request": "true"}, params={"has": has})


def fill(batch: CsvBatch, rows: int) -> None:
    """As half way through, with the counters of that."""
    values: dict[str, Any] = {
        "queue": batch.pk,
        "rows": rows,
        "often": RowError.REJECTED.value,
        "rare": RowError.TIMEOUT.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL.replace(" % ", " %% "), values)
        cursor.execute("VACUUM ANALYZE")
    done, failed = rows // 2, rows // 2 // 10
    Queue.objects.filter(pk=batch.pk).update(queued=rows - done, succeeded=done - failed, failed=failed)

"""The pages of the admin beside a million rows, made in the database: how long each takes.

    ADMIN_ROWS=1000000 uv run pytest tests/faults/test_admin_of_a_million_rows.py -m slow -rP

prints the median of each. What is asserted is that they answer, with few statements; never how long they took.
"""

import os
import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from csv_batches.models import CsvBatch
from experiments.models import QueueItem, Run
from tests.integration.plans.support import copies, large_batch
from tests.integration.web.support import batch_of, browser

ROWS = int(os.environ.get("ADMIN_ROWS", "1000000"))
TIMES = 7
MOST_STATEMENTS = 14
_ATTEMPTS = """
INSERT INTO experiments_attempt (item_id, generation, attempt, started_at, ended_at, outcome)
SELECT id, 1, 1, now() - interval '1 minute', now(), CASE status WHEN 'failed' THEN error_code ELSE status END
FROM experiments_queueitem WHERE status IN ('succeeded', 'failed')
"""
_HISTORY = """
INSERT INTO experiments_auditentry (at, user_name, channel, action, object_kind, object_id, object_name, detail)
SELECT now() - n * interval '1 second', 'ann', 'api', 'start', 'csv_batch', n::text, 'Mails', '{}'
FROM generate_series(1, %s) AS n
"""


def made() -> CsvBatch:
    batch = large_batch(ROWS)
    small = batch_of("ann", ["queued"] * 3, status="running", name="Small")
    copies(small, 3000)
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS)
        cursor.execute(_HISTORY, [ROWS])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return batch


def pages(batch: CsvBatch) -> list[str]:
    rows, runs, history = (f"/admin/experiments/{model}/" for model in ("queueitem", "run", "auditentry"))
    row, run = QueueItem.objects.filter(status="succeeded").first(), Run.objects.first()
    assert row is not None
    assert run is not None
    within = f"{rows}?batch={batch.pk}"
    return [
        "/admin/",
        *("/admin/csv_batches/csvbatch/", "/admin/csv_batches/csvbatch/?status__exact=running&q=mail"),
        *(
            "/admin/experiments/experiment/",
            "/admin/experiments/queue/",
            f"/admin/csv_batches/csvbatch/{batch.pk}/change/",
        ),
        *(rows, f"{rows}?status__exact=running", f"{rows}?kind__exact=experiment", f"{rows}?q=trace-7"),
        *(within, f"{within}&status__exact=failed", f"{within}&status__exact=queued", f"{within}&code=timeout"),
        *(
            f"{within}&from={ROWS // 2}",
            f"{within}&q=no row has this",
            f"{rows}?owner=nobody",
            f"{rows}{row.pk}/change/",
        ),
        *(runs, f"{runs}?owner=ann", f"{runs}?network=triage", f"{runs}?said=odd", f"{runs}?q=trace-7"),
        *(f"{runs}?created_at__gte=2020-01-01", f"{runs}{run.pk}/change/"),
        *(history, f"{history}?action__exact=cancel", f"{history}?q={ROWS // 2}", f"{history}?q=nobody"),
        *(f"/admin/experiments/{model}/" for model in ("network", "networkcall", "lane", "workerlease", "apitoken")),
        *("/admin/experiments/workerprocess/", "/admin/auth/user/", f"/admin/auth/user/{batch.created_by_id}/delete/"),
        *("/admin/django_q/ormq/", "/admin/django_q/success/", "/admin/axes/accessattempt/"),
    ]


@pytest.mark.slow
@pytest.mark.django_db
def test_pages_of_the_admin() -> None:
    batch = made()
    client = browser("root", is_staff=True, is_superuser=True)
    found = {address: look(client, address) for address in pages(batch)}
    print(f"{QueueItem.objects.count():,} rows, {Run.objects.count():,} runs, {CsvBatch.objects.count():,} batches")
    for address, (median_s, most_s, statements) in found.items():
        shown = address.replace(str(batch.pk), "…")
        print(f"{1000 * median_s:7.0f} ms  {1000 * most_s:7.0f} ms at most  {statements:3} statements  {shown}")
    assert max(statements for _, _, statements in found.values()) <= MOST_STATEMENTS


def look(client: Client, address: str) -> tuple[float, float, int]:
    """How long it takes in the middle and at most, once it was compiled, and with how many statements."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200, address
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        took.append(time.perf_counter() - began)
    return statistics.median(took), max(took), len(seen)

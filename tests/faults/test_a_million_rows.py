"""The life of a batch of a million rows, from its upload to its deletion, with somebody looking at it all the time.

    LIFE_JSON=life.json uv run pytest tests/faults/test_a_million_rows.py -k a_million -rP

takes half an hour and shows how long each answer took, with the lines for docs/performance.md; `LIFE_ROWS` and
`LIFE_MINUTES` are its rows and how long they are called. What the answers say is asserted, never how long they took.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from csv_batches.bench.web import FILE
from tests.browser.support.site import Site
from tests.faults.life import FILTERS, LISTS, PAGES, POLLS, Life
from tests.faults.memory import Memory
from tests.faults.page_times import Times
from tests.faults.support import StartWorker
from tests.faults.visitor import Visitor
from tests.support.run_server import RunServer

ROWS, MINUTES = int(os.environ.get("LIFE_ROWS", "1000000")), float(os.environ.get("LIFE_MINUTES", "10"))
JSON = os.environ.get("LIFE_JSON")
LINES = {"page": PAGES, "poll": POLLS, "filter": FILTERS, "1,000 rows by API": LISTS}


@pytest.fixture
def site(transactional_db: None) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="site-") as folder, Site(Path(folder)) as running:
        running.start(asks=FILE)
        yield running


@pytest.mark.parametrize(
    ("rows", "minutes"),
    [
        pytest.param(20_000, 0.3, id="twenty_thousand"),
        pytest.param(ROWS, MINUTES, id="a_million", marks=pytest.mark.slow),
    ],
)
def test_from_upload_to_deletion(
    site: Site, run_server: RunServer, start_worker: StartWorker, rows: int, minutes: float
) -> None:
    worker = start_worker(**site.environment(), LEASE_S="30")
    times = Times("upload")
    visitor = Visitor(site, get_user_model().objects.create(username="ann", is_staff=True), times)
    life = Life(visitor, run_server, site, rows=rows)
    with Memory({"web": lambda: site.process.pid, "worker": lambda: worker.pid}, times) as memory:
        life.upload()
        life.launch()
        times.begin("running")
        life.run(minutes)
        times.begin("paused")
        life.pause()
        life.look_closely()
        times.begin("resumed")
        life.resume(minutes / 10)
        times.begin("cancelled")
        life.cancel()
        times.begin("deleted")
        life.delete()
    visitor.close()
    print("", *times.table(), "", *memory.table(), "", *times.chart("running", LINES), sep="\n")
    if JSON:
        times.write(Path(JSON), rows=rows, minutes=minutes, memory=memory.found)

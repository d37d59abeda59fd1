"""F30: error pages that are slow to read, and templates that are slow to render, beside rows that are under way."""

import itertools
import time

import pytest

from experiments.models import Attempt
from tests.faults.batches import calls_of
from tests.faults.support import StartWorker, seen
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, eventually

WIDTH, LONG = 24, 8
LATENCY_MS = 100
MOST_GAP_S = SHORT_LEASE_S / 2
"""Rows of another batch are called all the time, with no longer break than that."""
PAGES = {
    "tags that begin": "<" * 65_536,
    "scripts that begin": "<script>" * 8_192,
    "styles that nearly end": "<style></style" * 4_681,
    "comments that begin": "<!--" * 16_384,
    "white space": "<a" + " " * 65_534,
    "entities that begin": "<p>" + "&" * 65_533,
}
CASES = [(page, "3") for page in PAGES] + [("tags that begin", "1")]
"""With one process it is sure to do everything that there is to do."""
LOOP = "{% for name in row %}" + "{% if name|tojson|tojson %}{% endif %}" * 600 + "{% endfor %}"
HEAVY_TEMPLATE = "{{ row.text }}" + " " * (65_536 - len(LOOP) - 14) + LOOP
COLUMNS = 40


def with_long_ones(count: int, *more: str) -> list[list[str]]:
    """So many rows, and a few whose calls take long."""
    texts = [*(f"long {index}" for index in range(LONG)), *(f"row {index}" for index in range(count))]
    return [[str(index), text, *more] for index, text in enumerate(texts)]


class Neighbor:
    """A batch of another network, whose rows are called all the time."""

    def __init__(self, api: Api, run_server: RunServer) -> None:
        self._api, self._run_server = api, run_server
        rows = [[str(index), f"short {index}"] for index in range(4_000)]
        self.batch = api.ready(api.network(run_server, "of the neighbor"), rows, concurrency=2)

    def start(self) -> None:
        self._api.run(self.batch)
        before = self._run_server.stats()["done"]
        self._run_server.wait(done=before + 5)

    def assert_went_on(self) -> None:
        until = time.time()
        starts = [call["started"] for call in calls_of(self._run_server, self.batch)]
        gap_s = max(later - earlier for earlier, later in itertools.pairwise([*starts, until]))
        seen(f"{len(starts)} calls of another batch meanwhile, {gap_s:.2f} s between two at most ({MOST_GAP_S:.0f})")
        self._api.post(f"/csv_batches/{self.batch}/cancel", want=202)
        assert gap_s <= MOST_GAP_S


def assert_nothing_lost(api: Api, run_server: RunServer, batch: str) -> None:
    """The long calls have been there all the time, and are recorded as soon as they end."""
    long_calls = [call for call in calls_of(run_server, batch) if call["user_message"].startswith("long")]
    assert [(call["left"], call["ended"]) for call in long_calls] == [(False, None)] * LONG
    lost = Attempt.objects.filter(outcome="lost")
    assert not lost.exists(), list(lost.values_list("item__queue_id", "item__row_index"))
    run_server.release()
    api.wait(batch, until=["completed"])
    rows = api.rows(batch)
    assert [(row["status"], row["attempts"]) for row in rows[:LONG]] == [("succeeded", 1)] * LONG
    assert len(calls_of(run_server, batch)) == len(rows)


@pytest.mark.parametrize(("page", "workers"), CASES)
def test_error_pages(api: Api, run_server: RunServer, start_worker: StartWorker, page: str, workers: str) -> None:
    refused = {"do": "status", "status": 422, "text": PAGES[page], "headers": {"Content-Type": "text/html"}}
    rules = [{"match": "^row ", "attempts": [refused], "repeat": True}]
    run_server.script(latency_ms=LATENCY_MS, hold="^(row|long) ", rules=rules)
    neighbor = Neighbor(api, run_server)
    network = api.network(run_server, timeout_s=300)
    batch = api.ready(network, with_long_ones(WIDTH), concurrency=LONG + WIDTH)
    start_worker(WORKERS=workers)
    api.run(batch)
    run_server.wait(held=LONG + WIDTH)
    neighbor.start()
    # All pages at the same moment.
    run_server.release(only="^row ")
    eventually(lambda: api.batch(batch)["progress"]["failed"] == WIDTH, timeout_s=60, what="the pages are read")
    neighbor.assert_went_on()
    assert {row["error_code"] for row in api.rows(batch, status="failed")} == {"rejected"}
    assert_nothing_lost(api, run_server, batch)


@pytest.mark.parametrize("workers", ["3", "1"])
def test_heavy_templates(api: Api, run_server: RunServer, start_worker: StartWorker, workers: str) -> None:
    run_server.script(latency_ms=LATENCY_MS, hold="^long ")
    neighbor = Neighbor(api, run_server)
    head = ["id", "text", *(f"c{number}" for number in range(COLUMNS))]
    rows = with_long_ones(WIDTH, *["x"] * COLUMNS)
    network = api.network(run_server, timeout_s=300)
    batch = api.ready(network, rows, head, concurrency=LONG + WIDTH, prompt_template=HEAVY_TEMPLATE)
    start_worker(WORKERS=workers)
    neighbor.start()
    api.run(batch)
    eventually(lambda: api.batch(batch)["progress"]["succeeded"] == WIDTH, timeout_s=120, what="all are rendered")
    neighbor.assert_went_on()
    assert_nothing_lost(api, run_server, batch)

"""The floor calls the server from its threads and writes a line for each answer."""

import io
import json
from pathlib import Path

import pytest

from csv_batches.bench.floor import Floor, FloorRun, main, run_floor, together
from csv_batches.bench.server import run_server


def test_it_writes_each_answer_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.jsonl"
    with run_server(latency_s=0.01) as server:
        main(server.url, path, concurrency=4, warm_s=0.05, window_s=0.2)
        calls = server.stats().calls
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(line["row"] for line in lines) == list(range(calls))
    assert all(line["topic"] == "billing" for line in lines)
    assert 0 < json.loads(capsys.readouterr().out)["rows"] <= calls


def test_a_process_of_its_own_says_what_it_took() -> None:
    with run_server(latency_s=0.01) as server:
        run = run_floor(server.url, concurrency=2, warm_s=0.05, window_s=0.2)
    assert run.rows > 0
    assert run.window_s > 0
    assert run.cpu_s > 0
    assert run.rss_mb > 0


def test_processes_side_by_side_share_the_calls() -> None:
    with run_server(latency_s=0.01) as server:
        run = run_floor(server.url, concurrency=4, processes=2, warm_s=0.05, window_s=0.2)
    assert run.rows > 0


def test_it_ends_with_an_error_where_the_server_does() -> None:
    with run_server(latency_s=0.0) as server:
        url = server.url
    floor = Floor(url, 1, io.StringIO())
    with pytest.raises(OSError, match="refused"):
        floor.run()


def test_rates_and_cpu_of_processes_add_up_and_the_largest_counts() -> None:
    both = together([FloorRun(100, 2.0, 0.5, 30.0), FloorRun(300, 2.0, 0.7, 40.0)])
    assert both == FloorRun(400, 2.0, 1.2, 40.0)
    assert (both.rate, both.cpu_ms) == (200.0, 3.0)

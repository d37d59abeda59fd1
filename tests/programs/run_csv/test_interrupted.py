"""The command is interrupted or killed, and goes on: no row is called twice."""

import os
import signal

import psutil

from csv_batches.models import CsvBatch
from experiments.core.choices import QueueStatus, RowStatus
from tests.programs.run_csv.conftest import WAIT_S, RunCsv, await_gone
from tests.programs.run_csv.support import CONCURRENCY, asked_of, batch_of, calls_a_message, rows_file
from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer

ROWS = 60


def begun(api: Api, server: RunServer, run_csv: RunCsv) -> list[psutil.Process]:
    """A third is done; the processes of the command's own worker."""
    server.script(latency_ms=150)
    path = rows_file(run_csv.folder, ROWS)
    run_csv.start(path, *asked_of(api, server), "--concurrency", CONCURRENCY)
    worker = run_csv.await_worker()
    server.wait(done=ROWS // 3, timeout_s=WAIT_S)
    return worker


def succeeded_rows() -> list[int]:
    rows = CsvBatch.objects.get().rows.filter(status=RowStatus.SUCCEEDED)
    return list(rows.values_list("row_index", flat=True))


def assert_goes_on(run_csv: RunCsv, server: RunServer, batch: str, *, repeated: int = 0) -> None:
    output = run_csv.folder / "out.csv"
    assert len(calls_a_message(server)) < ROWS
    assert run_csv.run("--resume", batch, "--output", output) == 0, run_csv.said
    calls = calls_a_message(server)
    assert set(calls) == {f"text: row {index}" for index in range(ROWS)}
    assert sum(calls.values()) - ROWS <= repeated
    assert [line[:2] for line in from_csv(output.read_bytes())[1:]] == numbered(ROWS)
    assert CsvBatch.objects.get().succeeded == ROWS


def test_ctrl_c_pauses_it_a_kill_takes_its_worker_along_and_no_row_is_called_twice(
    api: Api, run_server: RunServer, run_csv: RunCsv
) -> None:
    worker = begun(api, run_server, run_csv)
    assert run_csv.process
    run_csv.process.send_signal(signal.SIGINT)
    assert run_csv.process.wait(WAIT_S) == 130
    await_gone(worker)
    batch = batch_of(run_csv.said)
    assert f"manage.py run_csv --resume {batch}" in run_csv.said.rpartition("Paused.")[2]
    assert CsvBatch.objects.get().status == QueueStatus.PAUSED
    resumed = run_csv.start("--resume", batch)
    worker = run_csv.await_worker()
    run_server.wait(done=ROWS * 2 // 3, timeout_s=WAIT_S)
    resumed.kill()
    resumed.wait(10)
    # The worker ends in order: what was in flight is recorded.
    await_gone(worker)
    assert CsvBatch.objects.get().status == QueueStatus.RUNNING
    assert_goes_on(run_csv, run_server, batch)


def test_killed_with_its_worker_it_calls_no_recorded_row_again(
    api: Api, run_server: RunServer, run_csv: RunCsv
) -> None:
    worker = begun(api, run_server, run_csv)
    assert run_csv.process
    for pid in (run_csv.process.pid, *(process.pid for process in worker)):
        os.kill(pid, signal.SIGKILL)
    run_csv.process.wait(10)
    await_gone(worker)
    recorded = {f"text: row {index}" for index in succeeded_rows()}
    before = calls_a_message(run_server)
    # What was in flight then is called again: nobody knows how it ended.
    assert_goes_on(run_csv, run_server, batch_of(run_csv.said), repeated=CONCURRENCY)
    after = calls_a_message(run_server)
    assert {message: after[message] for message in recorded} == {message: before[message] for message in recorded}

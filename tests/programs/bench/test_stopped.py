"""A bench that is asked to end leaves neither a database nor a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.programs.bench.support import has_database
from tests.support import paths
from tests.support.worker import ROOT, database_url, eventually

pytestmark = pytest.mark.django_db(transaction=True)


def start(log: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "DATABASE_URL": database_url(), "VAR_DIR": str(paths.PLACE), "TMPDIR": str(log.parent)}
    command = [sys.executable, "manage.py", "bench", "--quick", "--only", "one_20ms"]
    with log.open("wb") as target:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=target, stderr=target, start_new_session=True)


def everything(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def are_gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def assert_ended(process: subprocess.Popen[bytes], children: list[psutil.Process], log: Path) -> None:
    assert process.wait(60) == 1
    assert "Stopped." in log.read_text()
    assert are_gone(children)
    assert not has_database(process.pid)
    assert not list(log.parent.glob("workbench-bench-*"))


def test_an_interrupt_ends_its_worker_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(log)
    # Beside the bench's own process a worker: main process and sentinel at least.
    eventually(lambda: len(everything(process)) > 3, what="a worker", timeout_s=60)
    children = everything(process)
    process.send_signal(signal.SIGINT)
    assert_ended(process, children, log)


def test_it_can_be_terminated_while_it_migrates(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(log)
    eventually(lambda: "migrating" in log.read_text(), what="the migrations", timeout_s=60)
    children = everything(process)
    process.send_signal(signal.SIGTERM)
    assert_ended(process, children, log)


def test_its_process_ends_where_it_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(log)
    eventually(lambda: "migrating" in log.read_text(), what="the migrations", timeout_s=60)
    children = everything(process)
    process.kill()
    process.wait(10)
    eventually(lambda: are_gone(children), what="the end of its process", timeout_s=60)
    assert not list(tmp_path.glob("workbench-bench-*"))

"""The CPU and memory of a tree of processes are those of all of it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from csv_batches.bench import processes

WORK = "sum(range(20_000_000))"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WORK!r}]); print('done', flush=True); input()"


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process whose child has worked and ended."""
    command = [sys.executable, "-c", CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        yield process
        process.kill()


def test_the_cpu_of_a_child_counts_after_its_end(parent: subprocess.Popen[str]) -> None:
    assert len(processes.tree(parent.pid)) == 1
    own = processes.tree(parent.pid)[0].cpu_times()
    assert processes.cpu_s(parent.pid) > own.user + own.system + 0.05


def test_a_process_may_be_left_out(parent: subprocess.Popen[str]) -> None:
    assert processes.cpu_s(parent.pid, without=[parent.pid]) == 0


def test_the_largest_process_has_a_peak(parent: subprocess.Popen[str]) -> None:
    assert processes.largest_mb(parent.pid)["rss_mb"] > 1


def test_what_has_ended_has_used_nothing(parent: subprocess.Popen[str]) -> None:
    parent.kill()
    parent.wait()
    assert processes.tree(parent.pid) == []
    assert processes.cpu_s(parent.pid) == 0
    assert processes.largest_mb(parent.pid) == {}

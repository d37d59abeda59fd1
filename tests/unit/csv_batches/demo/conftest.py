"""A supervisor in a process of its own, and what its programs wrote down."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[4]
WAIT_S = 30.0


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WAIT_S:.0f} s: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def default_signals() -> None:
    """What whoever started the tests ignores (`nohup` SIGHUP, a shell's background jobs SIGINT) is inherited."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Driver:
    """A running supervisor with a program for each of `wanted`; see `driver.py`."""

    def __init__(self, folder: Path, *wanted: str, grace_s: float = 20.0, started_by: tuple[str, ...] = ()) -> None:
        self.events_file = folder / "events"
        self.output_file = folder / "output"
        argv = [*started_by, sys.executable, "-m", "tests.unit.csv_batches.demo.driver"]
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                [*argv, str(self.events_file), str(grace_s), *wanted],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                preexec_fn=default_signals,
            )

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def events(self, *, what: str | None = None) -> list[str]:
        """`NAME WHAT` in the order of their happening, or the names alone of one `what`."""
        lines = self._lines()
        return (
            [f"{name} {event}" for name, event, _ in lines] if what is None else [n for n, e, _ in lines if e == what]
        )

    def pids(self, name: str, what: str = "started") -> list[int]:
        return [int(pid) for named, event, pid in self._lines() if (named, event) == (name, what)]

    def all_pids(self) -> set[int]:
        return {int(pid) for _, _, pid in self._lines()}

    def alive(self) -> set[int]:
        return {pid for pid in self.all_pids() if is_alive(pid)}

    def _lines(self) -> list[list[str]]:
        if not self.events_file.exists():
            return []
        return [line.split() for line in self.events_file.read_text().splitlines()]

    def await_ready(self) -> None:
        until(lambda: "ready" in self.output.split() or self.process.poll() is not None, "ready")
        assert self.process.poll() is None, self.output

    def await_end(self) -> int:
        return self.process.wait(WAIT_S)

    def clean_up(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


Drive = Callable[..., Driver]


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    drivers: list[Driver] = []

    def start(*wanted: str, grace_s: float = 20.0, started_by: tuple[str, ...] = ()) -> Driver:
        drivers.append(Driver(tmp_path, *wanted, grace_s=grace_s, started_by=started_by))
        return drivers[-1]

    yield start
    for driver in drivers:
        driver.clean_up()

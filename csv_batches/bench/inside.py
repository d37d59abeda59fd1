"""The site's side of the bench: starts its process on its own database, and gives what that finds out."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

from django.conf import settings

from csv_batches.bench.database import bench_environment
from csv_batches.bench.results import Machine, Result

GRACE_S = 45.0
"""How long the bench's process may take to end its worker."""


class BenchFailed(Exception):
    """Its process ended with an error, which is on stderr."""


@dataclass(frozen=True)
class Options:
    """`only` names measures; empty: all."""

    quick: bool = False
    large: bool = False
    repeat: int = 3
    only: tuple[str, ...] = ()


def found(options: Options) -> Generator[Machine | Result, None, None]:
    """The machine, then each result as soon as there is one. Whoever stops asking ends all of it."""
    with signals_interrupt(), bench_environment() as environment, _process(options, environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield _value(json.loads(line))
        if process.wait():
            raise BenchFailed


def _value(line: dict[str, Any]) -> Machine | Result:
    return Machine(**line["machine"]) if "machine" in line else Result(**line["result"])


@contextmanager
def _process(options: Options, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """In a session of its own: a Ctrl-C reaches this process alone, and nothing is left of that one's group."""
    command = [sys.executable, "-m", "csv_batches.bench", json.dumps(asdict(options))]
    pipe = subprocess.PIPE
    process = subprocess.Popen(  # noqa: S603  our own module
        command, cwd=settings.BASE_DIR, env=environment, stdin=pipe, stdout=pipe, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for end in (process.stdin, process.stdout):
            assert end is not None
            end.close()


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end it in order, as Ctrl-C does; another of them while it ends does not hurry it."""
    seen = False

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal seen
        if not seen:
            seen = True
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        # nohup ignores SIGHUP for us.
        if number != signal.SIGHUP or handler is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

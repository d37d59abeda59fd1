"""The real `manage.py demo` in a var directory of its own, and every process that belongs to it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 180.0
READY = re.compile(r"^ready http://127\.0\.0\.1:(\d+) user=demo password=(\S+)$", re.M)
FOREIGN = ("DATABASE_URL", "REDIS_URL", "RUN_URL", "OPENAI_BASE_URL", "DJANGO_SETTINGS_MODULE")


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WAIT_S:.0f} s: {what}"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One start after the other in the same directory; `output` is that of the last."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._mark = 0

    def start(
        self, *arguments: str, launcher: Sequence[str] = (sys.executable,), **environment: str
    ) -> "subprocess.Popen[bytes]":
        env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        argv = [*launcher, "manage.py", "demo", "--no-sample", "--port", str(self.port), *arguments]
        with (self.var / "output").open("ab") as output:
            self._mark = output.tell()
            self.process = subprocess.Popen(
                argv,
                cwd=ROOT,
                env={**env, "VAR_DIR": str(self.var), "WORKERS": "1", **environment},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self.process

    @property
    def output(self) -> str:
        return (self.var / "output").read_bytes()[self._mark :].decode()

    def await_output(self, text: str) -> None:
        assert self.process
        process = self.process
        until(lambda: text in self.output or process.poll() is not None, text)
        assert text in self.output, self.output

    def await_ready(self) -> tuple[int, str]:
        """Port and password of the line that says so."""
        self.await_output("ready http")
        ((port, password),) = READY.findall(self.output)
        return int(port), password

    def await_end(self) -> int:
        assert self.process
        return self.process.wait(WAIT_S)

    def everything(self) -> dict[int, str]:
        """All running processes of this directory by id, whoever their parents are, with their command line."""
        return {process.pid: _command(process) for process in psutil.process_iter() if self._is_ours(process)}

    def besides_postgres(self) -> dict[int, str]:
        return {pid: command for pid, command in self.everything().items() if "postgres" not in command}

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error, OSError):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                return False
            if str(self.var) in _command(process) or Path(process.cwd()).is_relative_to(self.var):
                return True
            return bool(process.environ().get("VAR_DIR") == str(self.var))
        return False

    def clean_up(self) -> None:
        for pid in self.everything():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()


def is_leader(pid: int) -> bool:
    return os.getpgid(pid) == pid


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@contextmanager
def demo_of_its_own() -> Iterator[Demo]:
    # Not pytest's own folder: the path of PostgreSQL's socket has a little over a hundred bytes.
    var = Path(tempfile.mkdtemp(prefix="demo-", dir="/tmp")).resolve()
    var.chmod(0o755)
    running = Demo(var)
    yield running
    running.clean_up()
    shutil.rmtree(var)


@pytest.fixture
def demo() -> Iterator[Demo]:
    with demo_of_its_own() as one:
        yield one


@pytest.fixture(scope="module")
def ready_demo() -> Iterator[Demo]:
    """One that is up, for tests after which it still is."""
    with demo_of_its_own() as one:
        process = one.start()
        one.await_ready()
        yield one
        process.send_signal(signal.SIGINT)
        assert one.await_end() == 0
        assert one.everything() == {}

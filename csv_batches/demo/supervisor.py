"""Runs several programs as one: starts them, restarts those that die, ends them in order, leaves nothing behind.

Each program gets a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone, and only the main
process of a program is asked to end (SIGTERM): it ends the processes that it started in its own order. What is left of
its process group after that, or after its grace, is killed.

On Linux the kernel sends SIGTERM to the programs of a supervisor that was killed. Other systems have nothing like it:
there the programs go on.
"""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import psutil

POLL_S = 0.05
ECHO_S = 0.3
"""Signals closer together count as one: `uv run` passes on a Ctrl-C that the terminal already sent to everybody."""
KILLED_S = 5.0
TAIL_LINES = 15

# Asks for a SIGTERM at the supervisor's death (1 is PR_SET_PDEATHSIG, see prctl(2)), then becomes the program. It is a
# small process of its own, because code between fork and exec is not safe in a process that may have threads.
_END_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""


class GaveUp(Exception):
    """A program does not stay up or does not become ready. The text names it and shows the end of its log."""


@dataclass(frozen=True)
class Program:
    """What to run. `env` is the whole environment, None: the supervisor's; `log` is appended to.

    `grace_s` is how long it may take to end after SIGTERM before what is left of it is killed. After it died it is
    started again only while `is_needed()`, so that there are not two where another program does its work meanwhile.
    While it runs, `is_stuck` is called with its process id: a program that hangs is killed and started again.
    """

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    grace_s: float = 10.0
    is_needed: Callable[[], bool] = lambda: True
    is_stuck: Callable[[int], bool] = lambda pid: False


@dataclass(frozen=True)
class RestartPolicy:
    """At most `limit` restarts of one program within `window_s`, each delayed twice as long as the previous one."""

    limit: int = 5
    window_s: float = 60.0
    first_delay_s: float = 0.5
    longest_delay_s: float = 8.0

    def delay_s(self, recent: int) -> float | None:
        """Seconds to wait before the next restart after `recent` of them; None: give up."""
        if recent >= self.limit:
            return None
        return float(min(self.first_delay_s * 2**recent, self.longest_delay_s))


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    log_start: int = 0
    due: float = 0.0
    restarts: deque[float] = field(default_factory=deque)

    def recent_restarts(self, window_s: float) -> int:
        while self.restarts and self.restarts[0] < time.monotonic() - window_s:
            self.restarts.popleft()
        return len(self.restarts)

    def log_tail(self) -> str:
        """The last lines of its log since its last start."""
        with self.program.log.open("rb") as log:
            log.seek(self.log_start)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join([f"The end of its log, {self.program.log}:", *lines[-TAIL_LINES:]])


class Supervisor:
    """A context manager for the main thread of a process. When it exits, everything that was started has ended.

    The first SIGINT, SIGTERM or SIGHUP raises `KeyboardInterrupt` in the `with` block, another one while the programs
    are ending kills what is left at once. After the block these signals are ignored, so that the last steps of the
    process itself (its `atexit` functions) are not interrupted.
    """

    def __init__(self, *, say: Callable[[str], None], restarts: RestartPolicy | None = None) -> None:
        self._say = say
        self._policy = restarts or RestartPolicy()
        self._children: list[_Child] = []
        self._caught: list[signal.Signals] = []
        self._stop_requested_at: float | None = None
        self._hurry = False
        self._shielded = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup ignores SIGHUP for us. SIGINT is ignored in a shell's background jobs, where `kill -INT` must work.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)
                self._caught.append(number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        was_asked = self._stop_requested_at is not None
        self.stop()
        if was_asked and isinstance(error, Exception):
            # Whatever was interrupted may have made another error of it, as Django does in the middle of a commit.
            raise KeyboardInterrupt from error

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._stop_requested_at is None:
            self._stop_requested_at = now
            if not self._shielded:
                raise KeyboardInterrupt
        elif now - self._stop_requested_at > ECHO_S:
            self._hurry = True

    # -- while it runs

    def start(self, program: Program) -> None:
        """Starts `program` and keeps it running from now on."""
        child = _Child(program)
        self._children.append(child)
        self._spawn(child)

    def pid(self, name: str) -> int | None:
        """The process id of a program; None where it was not started, and between its death and its restart."""
        return next((c.process.pid for c in self._children if c.program.name == name and c.process), None)

    def check(self) -> None:
        """Checks all programs once and restarts those that died or hang. For the caller's loop. Raises `GaveUp`."""
        self._raise_if_stopping()
        for child in self._children:
            if child.process is not None and self._is_stuck(child.program, child.process):
                self._say(f"{child.program.name} gives no sign of life and is killed")
                with self._shield():
                    end_group(child.process)
            if child.process is not None and self._has_ended(child.process):
                with self._shield():
                    self._after_death(child, child.process)
            if child.process is None and child.due <= time.monotonic() and child.program.is_needed():
                self._spawn(child)

    def wait_until(self, condition: Callable[[], bool], *, name: str, timeout_s: float) -> None:
        """Returns when `condition` holds, which is up to the program `name`; `GaveUp` after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                child = next(child for child in self._children if child.program.name == name)
                raise GaveUp(f"{name} was not ready within {timeout_s:.0f} s. {child.log_tail()}")
            time.sleep(POLL_S)

    def _raise_if_stopping(self) -> None:
        if self._stop_requested_at is not None:
            raise KeyboardInterrupt

    @contextmanager
    def _shield(self) -> Iterator[None]:
        """Signals are only recorded inside, and raise at its end.

        An exception just after a fork would lose the child; one inside `Popen.poll` leaves its lock taken, and all that
        asks for the end of this child from then on waits forever.
        """
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False
        self._raise_if_stopping()

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        with self._shield():
            return process.poll() is not None

    def _is_stuck(self, program: Program, process: subprocess.Popen[bytes]) -> bool:
        return not self._has_ended(process) and program.is_stuck(process.pid)

    def _spawn(self, child: _Child) -> None:
        with self._shield():
            child.process, child.log_start = spawn(child.program)

    def _after_death(self, child: _Child, process: subprocess.Popen[bytes]) -> None:
        name, how = child.program.name, how_it_ended(process.returncode)
        # Processes that it left behind must not go on beside the new ones.
        end_group(process)
        child.process = None
        recent = child.recent_restarts(self._policy.window_s)
        delay_s = self._policy.delay_s(recent)
        if delay_s is None:
            raise GaveUp(
                f"{name} {how}, after {recent} restarts within {self._policy.window_s:.0f} s. {child.log_tail()}"
            )
        self._say(f"{name} {how}; starting it again in {delay_s:g} s (log: {child.program.log})")
        child.restarts.append(time.monotonic())
        child.due = time.monotonic() + delay_s

    # -- the end

    def stop(self) -> None:
        """Ends all programs one after another, the last started first."""
        self._shielded = True
        if self._stop_requested_at is None:
            self._stop_requested_at = time.monotonic()
        for child in reversed(self._children):
            if child.process is not None:
                self._end(child.program, child.process)
                child.process = None
        for number in self._caught:
            signal.signal(number, signal.SIG_IGN)

    def _end(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + program.grace_s
        if not self._hurry:
            process.terminate()
        while process.poll() is None and not self._hurry and time.monotonic() < deadline:
            time.sleep(POLL_S)
        if process.poll() is None and not self._hurry:
            self._say(f"{program.name} did not end within {program.grace_s:g} s and is killed")
        end_group(process)


def spawn(program: Program) -> tuple[subprocess.Popen[bytes], int]:
    """The running program, and the length of its log before the start."""
    argv = list(program.argv)
    if sys.platform == "linux":
        argv = [sys.executable, "-I", "-S", "-c", _END_WITH_PARENT, str(os.getpid()), *argv]
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        log_start = log.tell()
        process = subprocess.Popen(  # noqa: S603
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=program.env,
            cwd=program.cwd,
            start_new_session=True,
        )
    return process, log_start


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the process and its group, and returns when none of it runs any more."""
    # Signalling a group whose last process has ended: ESRCH on Linux, EPERM on macOS.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + KILLED_S
    while is_group_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(POLL_S)


def is_group_alive(pgid: int) -> bool:
    """Whether a process of the group runs. Zombies do not count: where nobody reaps orphans, they stay forever."""
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getpgid(process.pid) == pgid and process.status() != psutil.STATUS_ZOMBIE:
                return True
    return False


def how_it_ended(returncode: int) -> str:
    return f"was killed by signal {-returncode}" if returncode < 0 else f"ended with code {returncode}"

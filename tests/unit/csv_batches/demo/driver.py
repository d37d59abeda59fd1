"""A supervisor as a process: `driver.py EVENTS GRACE_S NAME[:MANNER…] …` supervises a `child.py` for each name.

A file `NAME.taken` beside EVENTS says that somebody else does the work of NAME, a file `NAME.stuck` with a process id
that this one does nothing any more. A file `masked` has the wait make another error of the interruption. A file
`polled` has SIGTERM arrive at the worst moment: a program was asked whether it has ended, and its lock is taken.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from csv_batches.demo.supervisor import GaveUp, Program, RestartPolicy, Supervisor

CHILD = Path(__file__).with_name("child.py")


def say(text: str) -> None:
    print(text, flush=True)


def main(events: Path, grace_s: float, wanted: list[str]) -> int:
    if events.with_name("polled").exists():
        subprocess.Popen = InterruptedPopen  # type: ignore[misc, assignment]
    policy = RestartPolicy(first_delay_s=0.05, longest_delay_s=0.1)
    try:
        with Supervisor(say=say, restarts=policy) as supervisor:
            for name, *manners in (spec.split(":") for spec in wanted):
                argv = [sys.executable, str(CHILD), name, str(events), *manners]
                is_free = lambda name=name: not events.with_name(f"{name}.taken").exists()  # noqa: E731
                log = events.with_name(f"{name}.log")
                watch = Watch(events.with_name(f"{name}.stuck"))
                supervisor.start(
                    Program(name, argv, log=log, grace_s=grace_s, is_needed=is_free, is_stuck=watch.is_stuck)
                )
                supervisor.wait_until(lambda name=name: started(events, name), name=name, timeout_s=30)  # type: ignore[misc, assignment]
            if events.with_name("masked").exists():
                wait_like_a_library_in_the_middle_of_a_commit()
            say("ready")
            if events.with_name("polled").exists():
                InterruptedLock.armed = True
            while True:
                supervisor.check()
                time.sleep(0.02)
    except KeyboardInterrupt:
        say("stopped")
        return 0
    except GaveUp as error:
        say(str(error))
        return 1


def wait_like_a_library_in_the_middle_of_a_commit() -> None:
    try:
        say("ready")
        signal.pause()
    finally:
        raise RuntimeError("the connection cannot be used just now")


class InterruptedLock:
    """The lock that `subprocess` takes around `waitpid`. Once `armed`, SIGTERM arrives just after it was taken."""

    armed = False

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, blocking: bool = True) -> bool:
        taken = self._lock.acquire(blocking)
        if taken and InterruptedLock.armed:
            InterruptedLock.armed = False
            os.kill(os.getpid(), signal.SIGTERM)
        return taken

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class InterruptedPopen(subprocess.Popen[bytes]):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waitpid_lock = InterruptedLock()


class Watch:
    def __init__(self, file: Path) -> None:
        self._file = file

    def is_stuck(self, pid: int) -> bool:
        return self._file.exists() and self._file.read_text() == str(pid)


def started(events: Path, name: str) -> bool:
    return events.exists() and f"{name} started" in events.read_text()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))

"""A demo that was killed takes its programs along, and the next start takes over what is left."""

import os
import signal
import sys
from pathlib import Path

import pytest

from .conftest import Demo, until


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_after_a_kill_its_programs_end_by_themselves_and_the_next_start_works(demo: Demo) -> None:
    process = demo.start()
    _, password = demo.await_ready()
    process.kill()
    process.wait()
    # Without waiting: the port and the model may still be held by what is ending.
    process = demo.start()
    _, same = demo.await_ready()
    assert same == password
    process.kill()
    process.wait()
    until(lambda: demo.besides_postgres() == {}, "all programs gone")
    process = demo.start()
    demo.await_ready()
    process.send_signal(signal.SIGINT)
    assert demo.await_end() == 0
    assert demo.everything() == {}


def test_a_killed_program_is_started_again(demo: Demo) -> None:
    process = demo.start()
    demo.await_ready()
    (web,) = (pid for pid, command in demo.everything().items() if "gunicorn" in command and is_leader(pid))
    os.kill(web, signal.SIGKILL)
    demo.await_output("web was killed by signal 9; starting it again")
    until(lambda: any("gunicorn" in command for command in demo.everything().values()), "another web server")
    process.send_signal(signal.SIGINT)
    assert demo.await_end() == 0
    assert demo.everything() == {}


def test_only_its_owner_can_read_the_password_file(demo: Demo) -> None:
    process = demo.start()
    _, password = demo.await_ready()
    file: Path = demo.var / "demo_password"
    assert file.read_text() == password
    assert file.stat().st_mode & 0o777 == 0o600
    process.send_signal(signal.SIGINT)
    assert demo.await_end() == 0


def is_leader(pid: int) -> bool:
    return os.getpgid(pid) == pid

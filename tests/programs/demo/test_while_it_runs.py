"""What a demo that is up withstands, and what it leaves for its owner alone. All on one start."""

import os
import signal
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.programs.demo.conftest import Demo, is_leader, until


def test_only_its_owner_can_read_the_password_file(ready_demo: Demo) -> None:
    _, password = ready_demo.await_ready()
    file: Path = ready_demo.var / "demo_password"
    assert file.read_text() == password
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_second_demo_of_the_same_directory_is_refused_and_the_first_goes_on(ready_demo: Demo) -> None:
    second = Demo(ready_demo.var)
    second.start()
    assert second.await_end() == 1
    assert f"runs already, at http://127.0.0.1:{ready_demo.port}. End it first." in second.output
    assert answers(ready_demo.port)


def test_a_killed_program_is_started_again(ready_demo: Demo) -> None:
    (web,) = (pid for pid, command in ready_demo.everything().items() if "gunicorn" in command and is_leader(pid))
    os.kill(web, signal.SIGKILL)
    ready_demo.await_output("web was killed by signal 9; starting it again")
    until(lambda: answers(ready_demo.port), "another web server")


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/api/networks")
        return connection.getresponse().status == 401
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()

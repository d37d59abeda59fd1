"""However the demo is asked to end, it leaves no process behind."""

import os
import shutil
import signal
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.programs.demo.conftest import Demo, until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_when_it_says_so_and_ends_with_everything_it_started(demo: Demo, number: signal.Signals) -> None:
    process = demo.start()
    port, _ = demo.await_ready()
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/api/networks")
        with connection.getresponse() as response:
            assert response.status == 401
    assert len(demo.everything()) > 5
    process.send_signal(number)
    assert demo.await_end() == 0
    assert demo.everything() == {}
    assert ready_lines(demo.output) == 1


def test_a_stop_during_the_start_leaves_nothing_either(demo: Demo) -> None:
    process = demo.start()
    demo.await_output("database")
    process.send_signal(signal.SIGINT)
    assert demo.await_end() == 0
    assert demo.everything() == {}
    assert "ready" not in demo.output


@pytest.mark.skipif(shutil.which("uv") is None, reason="needs uv")
def test_it_ends_when_the_command_that_launched_it_is_killed(demo: Demo) -> None:
    process = demo.start(launcher=("uv", "run", "--no-sync"))
    demo.await_ready()
    os.kill(process.pid, signal.SIGKILL)
    demo.await_end()
    until(lambda: demo.everything() == {}, "everything gone")


def ready_lines(output: str) -> int:
    return sum(line.startswith("ready ") for line in output.splitlines())

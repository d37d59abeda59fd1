"""What cannot work is said at once."""

import signal
import socket
import subprocess
import sys

from .conftest import ROOT, Demo


def test_a_taken_port_is_named_with_the_option_that_helps(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        demo.start()
        assert demo.await_end() == 1
    assert f"Port {demo.port} is taken by another program. Choose another one with --port." in demo.output
    assert demo.everything() == {}


def test_a_second_demo_of_the_same_directory_is_refused_and_the_first_goes_on(demo: Demo) -> None:
    process = demo.start()
    demo.await_ready()
    first = demo.output
    second = Demo(demo.var)
    second.start()
    assert second.await_end() == 1
    assert f"runs already, at http://127.0.0.1:{demo.port}. End it first." in second.output
    assert process.poll() is None
    assert demo.output.startswith(first)
    process.send_signal(signal.SIGINT)
    assert demo.await_end() == 0


def test_what_is_no_port_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", "70000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "'70000' is not a port: a number from 1 to 65535" in done.stderr

"""What cannot work is said at once."""

import socket
import subprocess
import sys

from tests.programs.demo.conftest import ROOT, Demo


def test_a_taken_port_is_named_with_the_option_that_helps(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", demo.port))
        taken.listen()
        demo.start()
        assert demo.await_end() == 1
    assert f"Port {demo.port} is used by another program. Choose another one with --port." in demo.output
    assert demo.everything() == {}


def test_what_is_no_port_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", "70000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "'70000' is not a port: a number from 1 to 65535" in done.stderr

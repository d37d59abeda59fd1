"""A demo that was killed takes its programs along, and the next start takes over what is left."""

import signal
import sys

import pytest

from tests.programs.demo.conftest import Demo, until


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

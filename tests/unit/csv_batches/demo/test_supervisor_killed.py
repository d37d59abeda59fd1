"""When the supervisor itself is killed, its programs end by themselves."""

import sys

import pytest

from tests.unit.csv_batches.demo.conftest import Drive, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")


def test_programs_end_in_their_own_order_after_the_supervisor_was_killed(drive: Drive) -> None:
    driver = drive("model", "web", "worker")
    driver.await_ready()
    driver.process.kill()
    driver.process.wait()
    until(lambda: not driver.alive(), "all programs gone")
    assert sorted(driver.events(what="ended")) == ["model", "web", "worker"]


def test_programs_stay_while_the_supervisor_lives(drive: Drive) -> None:
    driver = drive("web")
    driver.await_ready()
    assert driver.alive() == driver.all_pids()

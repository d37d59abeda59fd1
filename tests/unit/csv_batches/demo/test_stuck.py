"""A program that lives and does nothing any more is killed with its group, and started again."""

import os
import signal

from tests.unit.csv_batches.demo.conftest import Drive, until


def test_it_comes_back_and_its_orphans_do_not_go_on(drive: Drive) -> None:
    driver = drive("web", "worker:orphan")
    driver.await_ready()
    (stuck,) = driver.pids("worker")
    old = {stuck, *driver.pids("worker", "orphan")}
    os.kill(stuck, signal.SIGSTOP)
    driver.events_file.with_name("worker.stuck").write_text(str(stuck))
    until(lambda: len(driver.pids("worker")) == 2, "a second worker")
    assert "worker gives no sign of life and is killed" in driver.output
    assert not old & driver.alive()
    assert len(driver.pids("web")) == 1
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert not driver.alive()

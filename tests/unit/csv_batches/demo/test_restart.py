"""A program that died is started again, a few times."""

import os
import signal

from csv_batches.demo.supervisor import RestartPolicy
from tests.unit.csv_batches.demo.conftest import Drive, until


def test_a_killed_program_comes_back_and_the_others_stay(drive: Drive) -> None:
    driver = drive("web", "worker")
    driver.await_ready()
    os.kill(driver.pids("worker")[0], signal.SIGKILL)
    until(lambda: len(driver.pids("worker")) == 2, "a second worker")
    assert "worker was killed by signal 9; starting it again" in driver.output
    assert len(driver.pids("web")) == 1
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert not driver.alive()


def test_orphans_of_a_killed_program_do_not_go_on_beside_the_new_one(drive: Drive) -> None:
    driver = drive("worker:orphan")
    driver.await_ready()
    old = {*driver.pids("worker"), *driver.pids("worker", "orphan")}
    os.kill(driver.pids("worker")[0], signal.SIGKILL)
    until(lambda: len(driver.pids("worker")) == 2, "a second worker")
    assert not old & driver.alive()


def test_a_program_that_never_stays_up_ends_everything_and_shows_its_log(drive: Drive) -> None:
    driver = drive("model", "web:fails")
    assert driver.await_end() == 1
    assert driver.events(what="failed") == ["web"] * 6
    assert "web ended with code 3, after 5 restarts within 60 s." in driver.output
    assert "no such thing as a purple cow" in driver.output
    assert driver.events(what="ended") == ["model"]
    assert not driver.alive()


def test_the_log_that_is_shown_begins_with_the_last_start(drive: Drive) -> None:
    driver = drive("web:fails")
    assert driver.await_end() == 1
    assert driver.output.count("purple cow") == 1


def test_a_program_whose_work_somebody_else_does_waits_until_it_is_needed(drive: Drive) -> None:
    driver = drive("model", "web")
    driver.await_ready()
    taken = driver.events_file.with_name("model.taken")
    taken.touch()
    for name in ("model", "web"):
        os.kill(driver.pids(name)[0], signal.SIGKILL)
    until(lambda: len(driver.pids("web")) == 2, "a second web")
    assert len(driver.pids("model")) == 1
    taken.unlink()
    until(lambda: len(driver.pids("model")) == 2, "a second model")


def test_restarts_are_delayed_longer_each_time_up_to_a_bound_and_a_limit() -> None:
    policy = RestartPolicy(limit=5, first_delay_s=0.5, longest_delay_s=3)
    assert [policy.delay_s(recent) for recent in range(7)] == [0.5, 1, 2, 3, 3, None, None]

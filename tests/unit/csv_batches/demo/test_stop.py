"""A stop ends the programs in order, the last started first, and leaves nothing behind."""

import signal
import time
from pathlib import Path

import pytest

from tests.unit.csv_batches.demo.conftest import Drive, until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_last_started_program_first(drive: Drive, number: signal.Signals) -> None:
    driver = drive("model", "web", "worker")
    driver.await_ready()
    driver.process.send_signal(number)
    assert driver.await_end() == 0
    ends = [event for event in driver.events() if "started" not in event]
    assert ends == ["worker asked", "worker ended", "web asked", "web ended", "model asked", "model ended"]
    assert driver.output.endswith("stopped\n")
    assert not driver.alive()


def test_a_stop_during_the_start_ends_what_was_started(drive: Drive) -> None:
    driver = drive("model", "web:slow")
    until(lambda: driver.events(what="waits"), "a web that is not ready")
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert driver.events(what="ended") == ["web", "model"]
    assert not driver.alive()


def test_a_stop_that_a_library_makes_another_error_of_is_a_stop(drive: Drive, tmp_path: Path) -> None:
    (tmp_path / "masked").touch()
    driver = drive("web")
    driver.await_ready()
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert driver.output.endswith("stopped\n")
    assert not driver.alive()


def test_a_signal_while_a_program_is_asked_whether_it_has_ended_stops_it_in_order(drive: Drive, tmp_path: Path) -> None:
    (tmp_path / "polled").touch()
    driver = drive("web", "worker")
    assert driver.await_end() == 0
    ends = [event for event in driver.events() if "started" not in event]
    assert ends == ["worker asked", "worker ended", "web asked", "web ended"]
    assert not driver.alive()


def ignoring(name: str) -> tuple[str, ...]:
    """Starts a program with a signal ignored."""
    return ("sh", "-c", f"trap '' {name}; exec \"$@\"", "sh")


def test_interrupts_ignored_by_the_starting_shell_still_stop_it(drive: Drive) -> None:
    driver = drive("web", started_by=ignoring("INT"))
    driver.await_ready()
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert not driver.alive()


def test_a_hangup_ignored_by_nohup_does_not_stop_it(drive: Drive) -> None:
    driver = drive("web", started_by=ignoring("HUP"))
    driver.await_ready()
    driver.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert driver.events() == ["web started"]
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0


def test_what_a_program_left_in_its_group_is_killed(drive: Drive) -> None:
    driver = drive("worker:orphan")
    driver.await_ready()
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert driver.events(what="ended") == ["worker"]
    assert driver.pids("worker", "orphan")
    assert not driver.alive()

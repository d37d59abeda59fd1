"""A program has its grace to end, and no longer."""

import signal

from tests.unit.csv_batches.demo.conftest import Drive, until


def test_a_program_that_needs_time_gets_it(drive: Drive) -> None:
    driver = drive("worker:lingers")
    driver.await_ready()
    driver.process.send_signal(signal.SIGINT)
    until(lambda: driver.events(what="asked"), "asked to end")
    driver.events_file.with_suffix(".go").touch()
    assert driver.await_end() == 0
    assert driver.events(what="ended") == ["worker"]
    assert "killed" not in driver.output


def test_a_program_that_ignores_the_request_is_killed_after_its_grace(drive: Drive) -> None:
    driver = drive("web", "worker:ignore", grace_s=1)
    driver.await_ready()
    driver.process.send_signal(signal.SIGINT)
    assert driver.await_end() == 0
    assert "worker did not end within 1 s and is killed" in driver.output
    assert driver.events(what="ended") == ["web"]
    assert not driver.alive()


def test_a_second_interrupt_kills_what_is_left_at_once(drive: Drive) -> None:
    driver = drive("web:ignore", "worker:ignore", grace_s=600)
    driver.await_ready()

    def ended_after_another_interrupt() -> bool:
        driver.process.send_signal(signal.SIGINT)
        return driver.process.poll() is not None

    until(ended_after_another_interrupt, "the end")
    assert driver.process.returncode == 0
    assert driver.events(what="ended") == []
    assert not driver.alive()


def test_one_key_press_that_arrives_twice_does_not_hurry(drive: Drive) -> None:
    driver = drive("worker:lingers")
    driver.await_ready()
    driver.process.send_signal(signal.SIGINT)
    driver.process.send_signal(signal.SIGINT)
    until(lambda: driver.events(what="asked"), "asked to end")
    driver.events_file.with_suffix(".go").touch()
    assert driver.await_end() == 0
    assert driver.events(what="ended") == ["worker"]

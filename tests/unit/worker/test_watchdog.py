"""The guardian ends what gives no sign of life, and nothing else."""

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from experiments.worker import heartbeat
from experiments.worker.heartbeat import Board, Doing, Role, Sign
from experiments.worker.watchdog import Guardian

STUCK_S = 60.0


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        yield child
        child.kill()


def awake(clock: Clock | None = None) -> Guardian:
    """One that has looked for long enough to judge."""
    clock = clock or Clock()
    watch = Guardian(stuck_after_s=STUCK_S, clock=clock)
    for _ in range(62):
        clock.now += 1
        watch.look([])
    return watch


def sign_of(
    process: subprocess.Popen[bytes], *, age_s: float, role: Role = Role.PUSHER, doing: Doing = Doing.IDLE
) -> Sign:
    return Sign(process.pid, role, doing, None, time.time(), age_s)


def is_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        return process.wait(0.3) == -9
    except subprocess.TimeoutExpired:
        return False


def test_a_process_without_a_sign_is_ended(process: subprocess.Popen[bytes]) -> None:
    awake().look([sign_of(process, age_s=STUCK_S + 1)])
    assert is_ended(process)


def test_one_that_gave_a_sign_is_not(process: subprocess.Popen[bytes]) -> None:
    awake().look([sign_of(process, age_s=STUCK_S - 1)])
    assert not is_ended(process)


def test_a_task_that_gives_no_signs_may_take_its_time(process: subprocess.Popen[bytes]) -> None:
    awake().look([sign_of(process, age_s=900, role=Role.WORKER, doing=Doing.TASK)])
    assert not is_ended(process)


def test_a_lane_may_not(process: subprocess.Popen[bytes]) -> None:
    awake().look([sign_of(process, age_s=900, role=Role.WORKER, doing=Doing.LANE)])
    assert is_ended(process)


def test_after_a_sleep_of_the_whole_machine_everybody_gets_time_to_wake_up(process: subprocess.Popen[bytes]) -> None:
    clock = Clock()
    watch = awake(clock)
    clock.now += 3600
    watch.look([sign_of(process, age_s=3600)])
    assert not is_ended(process)


def test_a_process_that_took_over_the_number_of_a_dead_one_is_left_alone(process: subprocess.Popen[bytes]) -> None:
    long_ago = Sign(process.pid, Role.PUSHER, Doing.IDLE, None, time.time() - 3600, age_s=3600)
    awake().look([long_ago])
    assert not is_ended(process)


def test_the_sentinel_goes_with_all_its_children() -> None:
    code = "import subprocess, sys; subprocess.run(['sleep', '600'])"
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        family = psutil.Process(parent.pid)
        while not family.children():
            time.sleep(0.01)
        (child,) = family.children()
        awake().look([sign_of(parent, age_s=900, role=Role.SENTINEL)])
        assert is_ended(parent)
        child.wait(5)


def test_signs_tell_who_does_what_since_when() -> None:
    board = Board()
    heartbeat.Pulse(board, 3, 4242, Role.WORKER).turn_to(Doing.TASK)
    (sign,) = board.signs()
    assert (sign.pid, sign.role, sign.doing, sign.queue) == (4242, Role.WORKER, Doing.TASK, None)
    assert 0 <= sign.age_s < 5
    assert abs(sign.started - time.time()) < 5
    board.clear(3)
    assert list(board.signs()) == []


def test_a_process_that_nobody_watches_gives_signs_to_nobody() -> None:
    heartbeat.beat()
    heartbeat.turn_to(Doing.LANE)

"""The guardian ends processes without heartbeats, and nothing else."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from experiments.worker import heartbeat
from experiments.worker.heartbeat import Activity, Board, Heartbeat, Role
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


def heartbeat_of(
    process: subprocess.Popen[bytes], *, age_s: float, role: Role = Role.PUSHER, activity: Activity = Activity.IDLE
) -> Heartbeat:
    return Heartbeat(process.pid, role, activity, time.time(), age_s)


def is_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        return process.wait(0.3) == -9
    except subprocess.TimeoutExpired:
        return False


def test_a_process_without_heartbeats_is_ended(process: subprocess.Popen[bytes]) -> None:
    awake().look([heartbeat_of(process, age_s=STUCK_S + 1)])
    assert is_ended(process)


def test_one_with_a_recent_heartbeat_is_not(process: subprocess.Popen[bytes]) -> None:
    awake().look([heartbeat_of(process, age_s=STUCK_S - 1)])
    assert not is_ended(process)


def test_a_task_without_heartbeats_may_take_its_time(process: subprocess.Popen[bytes]) -> None:
    awake().look([heartbeat_of(process, age_s=900, role=Role.WORKER, activity=Activity.TASK)])
    assert not is_ended(process)


def test_a_lane_may_not(process: subprocess.Popen[bytes]) -> None:
    awake().look([heartbeat_of(process, age_s=900, role=Role.WORKER, activity=Activity.LANE)])
    assert is_ended(process)


def test_after_a_sleep_of_the_whole_machine_everybody_gets_time_to_wake_up(process: subprocess.Popen[bytes]) -> None:
    clock = Clock()
    watch = awake(clock)
    clock.now += 3600
    watch.look([heartbeat_of(process, age_s=3600)])
    assert not is_ended(process)


def test_a_process_that_took_over_the_number_of_a_dead_one_is_left_alone(process: subprocess.Popen[bytes]) -> None:
    long_ago = Heartbeat(process.pid, Role.PUSHER, Activity.IDLE, time.time() - 3600, age_s=3600)
    awake().look([long_ago])
    assert not is_ended(process)


def test_the_sentinel_goes_with_all_its_children() -> None:
    code = "import subprocess, sys; subprocess.run(['sleep', '600'])"
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        family = psutil.Process(parent.pid)
        while not family.children():
            time.sleep(0.01)
        (child,) = family.children()
        awake().look([heartbeat_of(parent, age_s=900, role=Role.SENTINEL)])
        assert is_ended(parent)
        child.wait(5)


def test_heartbeats_tell_who_does_what_since_when() -> None:
    board = Board()
    heartbeat.HeartbeatWriter(board, 3, 4242, Role.WORKER).set_activity(Activity.TASK)
    (written,) = board.heartbeats()
    assert (written.pid, written.role, written.activity) == (4242, Role.WORKER, Activity.TASK)
    assert 0 <= written.age_s < 5
    assert abs(written.started - time.time()) < 5
    board.clear(3)
    assert list(board.heartbeats()) == []


def test_a_process_without_a_slot_writes_no_heartbeats() -> None:
    heartbeat.beat()
    heartbeat.set_activity(Activity.LANE)


def in_a_thread(work: Callable[[], None]) -> None:
    """Runs it in a thread of its own, whose slot is nobody else's afterwards."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)


def test_each_thread_writes_a_slot_of_its_own() -> None:
    board = Board()

    def tasks() -> None:
        heartbeat.start(board, 0, 4242, Role.WORKER)
        heartbeat.set_activity(Activity.TASK)
        in_a_thread(engine)
        heartbeat.beat()

    def engine() -> None:
        heartbeat.start(board, 1, 4242, Role.ENGINE)
        heartbeat.set_activity(Activity.LANE)

    in_a_thread(tasks)
    assert [(one.pid, one.role, one.activity) for one in board.heartbeats()] == [
        (4242, Role.WORKER, Activity.TASK),
        (4242, Role.ENGINE, Activity.LANE),
    ]


def test_a_thread_that_has_no_slot_does_not_write_that_of_another() -> None:
    board = Board()

    def tasks() -> None:
        heartbeat.start(board, 0, 4242, Role.WORKER)
        in_a_thread(lambda: heartbeat.set_activity(Activity.LANE))

    in_a_thread(tasks)
    (written,) = board.heartbeats()
    assert written.activity == Activity.IDLE


def test_an_engine_that_hangs_beside_a_living_main_thread_ends_the_process(process: subprocess.Popen[bytes]) -> None:
    main = heartbeat_of(process, age_s=0.1, role=Role.WORKER)
    hangs = heartbeat_of(process, age_s=STUCK_S + 1, role=Role.ENGINE, activity=Activity.LANE)
    awake().look([main, hangs])
    assert is_ended(process)


def test_an_engine_that_beats_beside_a_long_task_does_not(process: subprocess.Popen[bytes]) -> None:
    main = heartbeat_of(process, age_s=900, role=Role.WORKER, activity=Activity.TASK)
    beats = heartbeat_of(process, age_s=0.1, role=Role.ENGINE, activity=Activity.LANE)
    awake().look([main, beats])
    assert not is_ended(process)

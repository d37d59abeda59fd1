"""Heartbeats of a worker's processes, in memory that they share: written without locks, read by the guardian.

Each process has a slot of its own, and its engine another. Its parent assigns them before the fork; only the thread
that a slot belongs to writes it.
"""

import mmap
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

SLOTS = 512
_SLOT = struct.Struct("@BBddq")
"""Native and aligned: each number is stored whole, so that nobody reads half of one. The process id is last, and so
tells that the rest of a new slot is there."""


class Role(IntEnum):
    """What a process of the worker is for."""

    GUARDIAN = 1
    SENTINEL = 2
    PUSHER = 3
    MONITOR = 4
    WORKER = 5
    ENGINE = 6
    """Of a worker process as well: its thread that serves the queues."""
    APART = 7
    COURIER = 8
    """Sends webhooks and mails."""


class Activity(IntEnum):
    IDLE = 1
    LANE = 2
    TASK = 3
    """Something that may take long without a heartbeat, such as reading a big file."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a process last wrote. `age_s`: how long ago; `started`: Unix time."""

    pid: int
    role: Role
    activity: Activity
    started: float
    age_s: float


class Board:
    """The slots of one sentinel's family, made by the main process before the fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOTS * _SLOT.size)

    def write(self, slot: int, pid: int, role: Role, activity: Activity, started: float) -> None:
        _SLOT.pack_into(self._memory, slot * _SLOT.size, role, activity, started, time.monotonic(), pid)

    def clear(self, slot: int) -> None:
        self._memory[slot * _SLOT.size : (slot + 1) * _SLOT.size] = bytes(_SLOT.size)

    def heartbeats(self) -> Iterator[Heartbeat]:
        """One of each slot in use, also of a process that has died and whose slot was not reassigned yet."""
        now = time.monotonic()
        for slot in range(SLOTS):
            role, activity, started, beat, pid = _SLOT.unpack_from(self._memory, slot * _SLOT.size)
            if pid:
                yield Heartbeat(pid, Role(role), Activity(activity), started, now - beat)


class HeartbeatWriter:
    """Writes the slot of one process."""

    def __init__(self, board: Board, slot: int, pid: int, role: Role) -> None:
        self._board = board
        self._slot = slot
        self._pid = pid
        self._role = role
        self._started = time.time()
        self._activity = Activity.IDLE
        self.beat()

    def beat(self) -> None:
        self._board.write(self._slot, self._pid, self._role, self._activity, self._started)

    def set_activity(self, activity: Activity) -> None:
        self._activity = activity
        self.beat()


_local = threading.local()


def start(board: Board, slot: int, pid: int, role: Role) -> None:
    """From now on this thread writes its heartbeats into that slot."""
    _local.writer = HeartbeatWriter(board, slot, pid, role)


def beat() -> None:
    """This thread is alive. Does nothing in one that has no slot."""
    writer = _writer()
    if writer is not None:
        writer.beat()


def set_activity(activity: Activity) -> None:
    """This thread is alive, and does this from now on."""
    writer = _writer()
    if writer is not None:
        writer.set_activity(activity)


def _writer() -> HeartbeatWriter | None:
    return getattr(_local, "writer", None)

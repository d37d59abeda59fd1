"""Heartbeats of a worker's processes, in memory that they share: written without locks, read by the guardian.

Each process has a slot of its own. Its parent assigns the slot before the fork; only the process itself writes it.
"""

import mmap
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

SLOTS = 256
_SLOT = struct.Struct("@BB16sddq")
"""Native and aligned: each number is stored whole, so that nobody reads half of one. The process id is last, and so
tells that the rest of a new slot is there."""
NO_QUEUE = UUID(int=0)


class Role(IntEnum):
    """What a process of the worker is for."""

    GUARDIAN = 1
    SENTINEL = 2
    PUSHER = 3
    MONITOR = 4
    WORKER = 5


class Activity(IntEnum):
    IDLE = 1
    LANE = 2
    TASK = 3
    """Something that may take long without a heartbeat, such as reading a big file."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a process last wrote. `age_s`: how long ago; `started`: Unix time; `queue`: whose rows it works at."""

    pid: int
    role: Role
    activity: Activity
    queue: UUID | None
    started: float
    age_s: float


class Board:
    """The slots of one sentinel's family, made by the main process before the fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOTS * _SLOT.size)

    def write(self, slot: int, pid: int, role: Role, activity: Activity, queue: UUID, started: float) -> None:
        _SLOT.pack_into(self._memory, slot * _SLOT.size, role, activity, queue.bytes, started, time.monotonic(), pid)

    def clear(self, slot: int) -> None:
        self._memory[slot * _SLOT.size : (slot + 1) * _SLOT.size] = bytes(_SLOT.size)

    def heartbeats(self) -> Iterator[Heartbeat]:
        """One of each slot in use, also of a process that has died and whose slot was not reassigned yet."""
        now = time.monotonic()
        for slot in range(SLOTS):
            role, activity, queue, started, beat, pid = _SLOT.unpack_from(self._memory, slot * _SLOT.size)
            if pid:
                whose = UUID(bytes=queue)
                yield Heartbeat(
                    pid, Role(role), Activity(activity), whose if whose != NO_QUEUE else None, started, now - beat
                )


class HeartbeatWriter:
    """Writes the slot of one process."""

    def __init__(self, board: Board, slot: int, pid: int, role: Role) -> None:
        self._board = board
        self._slot = slot
        self._pid = pid
        self._role = role
        self._started = time.time()
        self._activity, self._queue = Activity.IDLE, NO_QUEUE
        self.beat()

    def beat(self) -> None:
        self._board.write(self._slot, self._pid, self._role, self._activity, self._queue, self._started)

    def set_activity(self, activity: Activity, queue: UUID | None = None) -> None:
        self._activity, self._queue = activity, queue or NO_QUEUE
        self.beat()


_writer: HeartbeatWriter | None = None


def start(board: Board, slot: int, pid: int, role: Role) -> None:
    """From now on this process writes its heartbeats into that slot."""
    global _writer
    _writer = HeartbeatWriter(board, slot, pid, role)


def beat() -> None:
    """This process is alive. Does nothing in a process that has no slot."""
    if _writer is not None:
        _writer.beat()


def set_activity(activity: Activity, queue: UUID | None = None) -> None:
    """This process is alive, and does this from now on."""
    if _writer is not None:
        _writer.set_activity(activity, queue)

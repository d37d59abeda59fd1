"""Signs of life of a worker's processes, in memory that they share: written without locks, read by the guardian.

Each process has a slot of its own. The one that forks gives it out before the fork, the process itself writes it.
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
NOBODY = UUID(int=0)


class Role(IntEnum):
    """What a process of the worker is for."""

    GUARDIAN = 1
    SENTINEL = 2
    PUSHER = 3
    MONITOR = 4
    WORKER = 5


class Doing(IntEnum):
    IDLE = 1
    LANE = 2
    TASK = 3
    """Something that may take long without a sign, such as reading a big file."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a process last said. `age_s`: how long ago; `started`: Unix time; `queue`: whose rows it works at."""

    pid: int
    role: Role
    doing: Doing
    queue: UUID | None
    started: float
    age_s: float


class Board:
    """The slots of one sentinel's family, made by the main process before the fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOTS * _SLOT.size)

    def write(self, slot: int, pid: int, role: Role, doing: Doing, queue: UUID, started: float) -> None:
        _SLOT.pack_into(self._memory, slot * _SLOT.size, role, doing, queue.bytes, started, time.monotonic(), pid)

    def clear(self, slot: int) -> None:
        self._memory[slot * _SLOT.size : (slot + 1) * _SLOT.size] = bytes(_SLOT.size)

    def signs(self) -> Iterator[Sign]:
        """Of all processes that have ever written and whose slot was not given away since."""
        now = time.monotonic()
        for slot in range(SLOTS):
            role, doing, queue, started, beat, pid = _SLOT.unpack_from(self._memory, slot * _SLOT.size)
            if pid:
                whose = UUID(bytes=queue)
                yield Sign(pid, Role(role), Doing(doing), whose if whose != NOBODY else None, started, now - beat)


class Pulse:
    """A process's own slot."""

    def __init__(self, board: Board, slot: int, pid: int, role: Role) -> None:
        self._board = board
        self._slot = slot
        self._pid = pid
        self._role = role
        self._started = time.time()
        self._doing, self._queue = Doing.IDLE, NOBODY
        self.beat()

    def beat(self) -> None:
        self._board.write(self._slot, self._pid, self._role, self._doing, self._queue, self._started)

    def turn_to(self, doing: Doing, queue: UUID | None = None) -> None:
        self._doing, self._queue = doing, queue or NOBODY
        self.beat()


_mine: Pulse | None = None


def start(board: Board, slot: int, pid: int, role: Role) -> None:
    """From now on this process gives signs in that slot."""
    global _mine
    _mine = Pulse(board, slot, pid, role)


def beat() -> None:
    """I live. Does nothing in a process that nobody watches."""
    if _mine is not None:
        _mine.beat()


def turn_to(doing: Doing, queue: UUID | None = None) -> None:
    """I live, and this is what I do from now on."""
    if _mine is not None:
        _mine.turn_to(doing, queue)

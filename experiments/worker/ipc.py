"""Signals between the worker's processes that work on when any of them is killed.

The primitives of `multiprocessing` guard their state with a lock that dies with the process that holds it: a worker
that is killed while it waits for a task takes the queue's read lock along, and every other worker waits for ever.
These hold no lock: a byte in shared memory, and a socket pair whose messages the kernel hands to exactly one reader.
"""

import fcntl
import mmap
import os
import pickle
import socket
import struct
import termios
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from experiments.worker import heartbeat

POLL_S = 0.05


class Flag:
    """An event: set once, seen by every process that was forked after it was made.

    With `parent` it counts as set, too, when the parent of the process that asks is not that one any more.
    """

    def __init__(self, parent: int | None = None) -> None:
        self._byte = mmap.mmap(-1, 1)
        self._parent = parent

    def watching(self, parent: int) -> "Flag":
        """The same flag, which the death of `parent` sets as well."""
        flag = Flag(parent)
        flag._byte = self._byte
        return flag

    def set(self) -> None:
        self._byte[0] = 1

    def is_set(self) -> bool:
        # Whoever waits for it in a loop of its own, as django-q2's pusher does, lives.
        heartbeat.beat()
        return self._byte[0] == 1 or (self._parent is not None and os.getppid() != self._parent)

    def wait(self, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True


class Timer:
    """A number that the guard counts down while a task runs; stands in for `multiprocessing.Value`."""

    def __init__(self, value: float) -> None:
        self._memory = mmap.mmap(-1, 8)
        self.value = value

    @property
    def value(self) -> float:
        number: float = struct.unpack("d", self._memory[:8])[0]
        return number

    @value.setter
    def value(self, number: float) -> None:
        self._memory[:8] = struct.pack("d", number)

    def get_lock(self) -> AbstractContextManager[None]:
        return nullcontext()


class Mailbox:
    """A queue of small messages between processes; stands in for `multiprocessing.Queue`.

    `put` with `handed_over` returns when a reader has taken the message, so that nothing is fetched ahead. `get` gives
    "STOP" when the process that made the mailbox is gone.
    """

    LIMIT = 64 * 1024
    """Bytes of a message. Tasks carry ids; a failure's traceback is cut by `put`."""

    def __init__(self, *, handed_over: bool = False) -> None:
        self._reader, self._writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._reader.settimeout(1.0)
        self._handed_over = handed_over
        self._owner = os.getpid()

    def put(self, message: Any) -> None:
        data = pickle.dumps(message)
        if len(data) > self.LIMIT and isinstance(message, dict):
            data = pickle.dumps({**message, "result": str(message.get("result"))[: self.LIMIT // 4]})
        self._writer.sendall(data)
        while self._handed_over and message != "STOP" and not self.empty():
            if os.getppid() != self._owner:
                return
            heartbeat.beat()
            time.sleep(POLL_S)

    def get(self) -> Any:
        while True:
            heartbeat.beat()
            try:
                return pickle.loads(self._reader.recv(self.LIMIT * 2))  # noqa: S301  written by our own processes
            except TimeoutError:
                if os.getpid() != self._owner and os.getppid() != self._owner:
                    return "STOP"

    def empty(self) -> bool:
        waiting = fcntl.ioctl(self._reader.fileno(), termios.FIONREAD, struct.pack("i", 0))
        number_of_bytes: int = struct.unpack("i", waiting)[0]
        return number_of_bytes == 0

    def qsize(self) -> int:
        return 0 if self.empty() else 1

    def __del__(self) -> None:
        self._reader.close()
        self._writer.close()

    def close(self) -> None:
        """Nothing to flush: a message is with the kernel when `put` returns. Readers still read what is there."""

    def join_thread(self) -> None:
        """There is no feeder thread."""

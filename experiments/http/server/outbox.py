"""What a client has not taken yet: some of it in memory, the rest in a private file on disk, which has no name."""

import errno
import os
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from experiments.core.disk_space import DiskSpace

IN_MEMORY_BYTES = 64 * 1024
AT_A_TIME_BYTES = 256 * 1024
LOOK_EVERY_BYTES = 4 * 1024**2
"""So much goes to the disk without a look at its room, and again after each look: a page arrives where it is short."""


@dataclass(frozen=True)
class Spool:
    """The folder of the files, and what is known of its disk."""

    folder: Path
    disk: DiskSpace


class Outbox:
    """Bytes in the order in which they are sent. `fd`: of a socket that does not block. One thread at a time.

    OSError where there is no room on the disk (ENOSPC), or where the client is gone.
    """

    def __init__(self, fd: int, spool: Spool) -> None:
        self._fd = fd
        self._place = spool
        self._parts: deque[bytes | _Stretch] = deque()
        self._in_memory = 0
        self._spool: IO[bytes] | None = None
        self._spooled = 0
        self._looked_at = 0
        self.sent = 0
        """Bytes that went out so far."""

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, data: bytes | memoryview) -> None:
        """Sends what the client takes at once, and keeps the rest."""
        self.send()
        taken = 0 if self._parts else self._sent(data)
        if taken < len(data):
            self._keep(bytes(memoryview(data)[taken:]))

    def add_file(self, file: IO[bytes], start: int, count: int) -> None:
        """A stretch of a file, which may be closed after that."""
        self._parts.append(_Stretch(os.dup(file.fileno()), start, start + count))
        self.send()

    def send(self) -> None:
        """As much as the client takes now."""
        while self._parts:
            part = self._parts[0]
            if isinstance(part, bytes):
                taken = self._sent(part)
                self._in_memory -= taken
                if taken < len(part):
                    self._parts[0] = part[taken:]
                    return
            elif not self._is_sent(part):
                return
            self._parts.popleft()
        if self._spool is not None:
            # All of it has gone: the room is free again.
            self.close()

    def close(self) -> None:
        """What was not sent is given up."""
        for part in self._parts:
            if isinstance(part, _Stretch) and not (self._spool and part.fd == self._spool.fileno()):
                os.close(part.fd)
        self._parts.clear()
        self._in_memory = self._spooled = 0
        self._looked_at = 0
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _sent(self, data: bytes | memoryview) -> int:
        try:
            taken = os.write(self._fd, data) if data else 0
        except BlockingIOError:
            return 0
        self.sent += taken
        return taken

    def _is_sent(self, part: "_Stretch") -> bool:
        """Whether the whole stretch has gone."""
        while part.start < part.end:
            try:
                taken = os.sendfile(self._fd, part.fd, part.start, min(part.end - part.start, AT_A_TIME_BYTES))
            except BlockingIOError:
                return False
            if not taken:
                raise OSError(errno.EIO, "The file became shorter while it was sent")
            part.start += taken
            self.sent += taken
        if self._spool is None or part.fd != self._spool.fileno():
            os.close(part.fd)
        return True

    def _keep(self, data: bytes) -> None:
        if self._spool is None and self._in_memory + len(data) <= IN_MEMORY_BYTES:
            self._parts.append(data)
            self._in_memory += len(data)
            return
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(dir=self._place.folder, buffering=0)  # noqa: SIM115  `close` does
        if self._spooled + len(data) - self._looked_at >= LOOK_EVERY_BYTES:
            self._looked_at = self._spooled
            if not self._place.disk.has_room(LOOK_EVERY_BYTES + len(data)):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fd, start = self._spool.fileno(), self._spooled
        rest = memoryview(data)
        while rest:
            written = os.pwrite(fd, rest, self._spooled)
            self._spooled += written
            rest = rest[written:]
        last = self._parts[-1] if self._parts else None
        if isinstance(last, _Stretch) and last.fd == fd and last.end == start:
            last.end = self._spooled
        else:
            self._parts.append(_Stretch(fd, start, self._spooled))


class _Stretch:
    """Bytes `start` to `end` of an open file."""

    __slots__ = ("end", "fd", "start")

    def __init__(self, fd: int, start: int, end: int) -> None:
        self.fd = fd
        self.start = start
        self.end = end

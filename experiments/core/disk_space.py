"""Whether the disk has room: for a file that comes in, for its rows, for the database beside them.

A disk that is full stops everybody. So the site gives up one thing after the other while there is still room: files are
refused where less than `least` bytes would stay free, rows are not called below a quarter of that, and in the end a
reserve is given up, so that the database can write what is under way and people can log in.

Looked at again and again, never remembered: other programs fill the same disk. One look takes microseconds.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from experiments.core.choices import ErrorCode
from experiments.core.errors import NoRoom
from experiments.core.formatting import size_in_words

T = TypeVar("T")

MB = 1024**2
LEAST_SHARE = 0.05
LEAST_BETWEEN = (128 * MB, 1024 * MB)
CALLS_SHARE = 4
"""Rows are called while this part of `least` is free."""
STORED_TIMES = 5
"""How many times its size a file takes in a database, at most, while its rows are stored: they, indexes, the log."""
INODES = 500
"""So few files that may still be made are as good as none."""
LOOK_EVERY_BYTES = 4 * MB
LOOK_EVERY_ROWS = 1_000
RESERVE_BYTES = 64 * MB
FULL_BYTES = 32 * MB
"""Below this the reserve is given up: PostgreSQL's log grows by 16 MB at a time, and without that it stops."""
FULL = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL = "53100"
"""PostgreSQL's SQLSTATE disk_full."""


def default_least(folder: Path) -> int:
    """Bytes that stay free on the folder's disk where nobody set how many: 5 %, from 128 MB to 1 GB."""
    smallest, largest = LEAST_BETWEEN
    return max(smallest, min(largest, int(shutil.disk_usage(folder).total * LEAST_SHARE)))


class Reserve:
    """A file that does nothing but take room, to be given up when the disk is full."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def lacks(self) -> int:
        """Bytes that it should have and has not."""
        try:
            return max(0, RESERVE_BYTES - self.path.stat().st_size)
        except FileNotFoundError:
            return RESERVE_BYTES

    def make(self) -> None:
        """Takes the room. Nothing where there is none: it is tried again later."""
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with open(draft, "wb", opener=_for_us_alone) as file:
                # Not zeros, and no hole: some file systems would keep neither.
                piece = os.urandom(MB)
                for _ in range(RESERVE_BYTES // MB):
                    file.write(piece)
            draft.replace(self.path)
        except OSError as error:
            if not is_disk_full(error):
                raise
        finally:
            draft.unlink(missing_ok=True)

    def give_up(self) -> None:
        self.path.unlink(missing_ok=True)

    def give_up_when_full(self) -> None:
        if free_bytes([self.path.parent]) < FULL_BYTES:
            self.give_up()


def reserve_of(data: Path) -> Reserve:
    """That of the embedded database in the folder `data`: beside it, on its disk."""
    return Reserve(data.with_suffix(".reserve"))


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def free_bytes(folders: Iterable[Path]) -> int:
    """On the fullest of their disks, for who is not root; 0 where no further file can be made."""
    found = []
    for folder in folders:
        try:
            disk = os.statvfs(folder)
        except FileNotFoundError:
            # Made with the first file in it, on the disk of the folder above, which is looked at, too.
            continue
        has_inodes = not disk.f_files or disk.f_favail >= INODES
        found.append(disk.f_bavail * disk.f_frsize if has_inodes else 0)
    return min(found, default=0)


@dataclass(frozen=True)
class DiskSpace:
    """The disks on which `folders` lie, of which the first is there.

    `least`: bytes that stay free; 0: nobody looks. `reserve`: of the embedded database, whose data lie there then;
    None: the database has a disk of its own, of which nothing is known.
    """

    folders: tuple[Path, ...]
    least: int
    reserve: Reserve | None = None

    @property
    def free(self) -> int:
        """Without what the reserve lacks: that is to be free again first."""
        return max(0, free_bytes(self.folders) - (self.reserve.lacks if self.reserve else 0))

    @property
    def is_short(self) -> bool:
        """Files are refused."""
        return self.free < self.least

    @property
    def is_too_short_for_calls(self) -> bool:
        """Rows wait, too: their answers could not be recorded for much longer. The database has to be here for that."""
        return self.reserve is not None and self.free < self.least // CALLS_SHARE

    def has_room(self, more: int = 0) -> bool:
        """Whether `least` would stay free after writing `more` bytes."""
        return not self.least or self.free - more >= self.least

    def refuse_when_short(self, more: int = 0) -> None:
        """`NoRoom` where less than `least` would stay free after writing `more` bytes."""
        if not self.has_room(more):
            raise self.refusal(self.free, more)

    def refuse_file(self, size: int) -> None:
        """The same before a file of so many bytes is received and its rows are stored."""
        self.refuse_when_short(size * (1 + STORED_TIMES) if self.reserve else size)

    def refuse_rows(self, size: int) -> None:
        """The same before rows are stored that have so many bytes in all."""
        self.refuse_when_short(size * STORED_TIMES if self.reserve else 0)

    def refusal(self, free: int, more: int = 0) -> NoRoom:
        needed = f" and this takes up to {size_in_words(more)}" if more else ""
        sentence = (
            f"The disk of this site is nearly full: {size_in_words(free)} are free, {size_in_words(self.least)} must "
            f"stay free{needed}. Nothing was saved. Delete batches that you don’t need, or ask an admin to make room."
        )
        return NoRoom(sentence, code=ErrorCode.NO_SPACE)

    def watched(self, pieces: Iterable[T]) -> Iterator[T]:
        """The same pieces (rows), looking at the disk now and then; `NoRoom` as soon as it is short."""
        for number, piece in enumerate(pieces, start=1):
            if number % LOOK_EVERY_ROWS == 0:
                self.refuse_when_short()
            yield piece

    @contextmanager
    def refusing_when_full(self) -> Iterator[None]:
        """Errors that say that the disk is full become `NoRoom`. What was begun has to be undone by then."""
        try:
            yield
        except Exception as error:
            if not is_disk_full(error):
                raise
            raise self.when_full() from error

    def when_full(self) -> NoRoom:
        """Somebody could not write: what is kept back is given up, and this is what to say."""
        if self.reserve:
            self.reserve.give_up()
        return NoRoom(
            "The disk of this site, or of its database, is full. Nothing was saved. Ask an admin to make room, then "
            "try again.",
            code=ErrorCode.NO_SPACE,
        )

    def look_after_reserve(self) -> None:
        """Gives it up where the disk is full, makes it anew where there is room for it and to spare."""
        if self.reserve is None or not self.least:
            return
        self.reserve.give_up_when_full()
        if self.reserve.lacks and self.free >= self.least:
            self.reserve.make()


def is_disk_full(error: BaseException | None) -> bool:
    """Whether it says so itself, or was raised because of one that does."""
    while error is not None:
        if getattr(error, "sqlstate", None) == DISK_FULL:
            return True
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__
    return False

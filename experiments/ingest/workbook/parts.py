"""The parts of a workbook: a ZIP archive, which is opened where it is whole, unlocked, and of a size that is read."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from experiments.core.choices import ErrorCode
from experiments.ingest.errors import SPLIT, FileTooLarge, Limits, RejectedFile

MOST_PARTS = 10_000
_CHUNK = 1024**2
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Excel puts a workbook with a password into a file of the old kind, as a stream of this name."""
_SAVE_AGAIN = "Open it in the program that made it, and save it again."
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
"""What zipfile raises for archives that are cut, that lie, or that use what it doesn't know."""


def bad_workbook(detail: str, *, line: int | None = None) -> RejectedFile:
    return RejectedFile(detail, code=ErrorCode.BAD_WORKBOOK, line=line)


def damaged(why: str) -> RejectedFile:
    return bad_workbook(f"The workbook is damaged: {why}. {_SAVE_AGAIN}")


class Parts:
    """The parts of the archive by name, whatever the case and the slashes."""

    def __init__(self, path: Path, head: bytes, limits: Limits) -> None:
        if not head.startswith(b"PK"):
            raise _no_archive(path, head)
        self._path = path
        self._most = limits.max_bytes
        with self._archive() as archive:
            entries = archive.infolist()
        if len(entries) > MOST_PARTS:
            raise bad_workbook(f"The workbook has {len(entries):,} parts; at most {MOST_PARTS:,} are read.")
        self._entries = {_key(entry.filename): entry for entry in entries}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        try:
            archive = zipfile.ZipFile(self._path)
        except _DAMAGE as error:
            raise damaged("it isn’t a whole ZIP archive") from error
        with archive:
            yield archive

    @contextmanager
    def open(self, name: str) -> Iterator["Part"]:
        """The part, unpacked as it is read. zipfile gives no byte more than it declares, so what it declares counts."""
        entry = self._entries.get(_key(name))
        if entry is None:
            raise damaged(f"the part {name} is missing")
        if entry.flag_bits & 0x1:
            raise locked()
        if entry.file_size > self._most:
            detail = f"Unpacked, the workbook’s part {name} has {entry.file_size:,} bytes."
            raise FileTooLarge(f"{detail} The limit is {self._most:,}. {SPLIT}", code=ErrorCode.FILE_TOO_LARGE)
        with self._archive() as archive:
            try:
                stream = archive.open(entry)
            except _DAMAGE as error:
                raise damaged(f"the part {name} can’t be unpacked") from error
            with stream:
                yield Part(name, stream)


def unpacked_bytes(path: Path) -> int:
    """What the parts declare; 0 for what is no archive, which opening it says."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except _DAMAGE:
        return 0


class Part:
    """One part, while it is read."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self.name = name
        self._stream = stream

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except _DAMAGE as error:
            raise damaged(f"the part {self.name} can’t be unpacked") from error


def locked() -> RejectedFile:
    return bad_workbook("The workbook is protected by a password. Open it, remove the password, and save it again.")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _no_archive(path: Path, head: bytes) -> RejectedFile:
    if not head.startswith(_OLD_OFFICE):
        detail = (
            "This isn’t a workbook, although its name ends like one. If it is a CSV, give it a name that ends in .csv."
        )
        return bad_workbook(detail)
    if _holds(path, _ENCRYPTED):
        return locked()
    return bad_workbook("This is an old Excel workbook (.xls). Open it in Excel or LibreOffice, and save it as .xlsx.")


def _holds(path: Path, wanted: bytes) -> bool:
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if wanted in tail + chunk:
                return True
            tail = chunk[-len(wanted) :]
    return False

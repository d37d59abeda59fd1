"""Packed files: gzip, Zstandard, and a ZIP archive of one file, unpacked as they are read, never to a disk.

What is unpacked is counted: a small archive can hold more than any memory. Names in an archive are never paths here.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, Protocol

import zstandard

from experiments.core.choices import ErrorCode
from experiments.core.formatting import counted, quoted, shorten
from experiments.ingest.errors import SPLIT, FileTooLarge, Limits, RejectedFile

PIECE_BYTES = 256 * 1024
RATIO = 500
"""Times its own size, to which an archive may unpack. Deflate makes at most a thousand, and of tables a hundred."""
RATIO_FROM_BYTES = 16 * 1024**2
"""Up to here anything may be unpacked."""
_ZSTD_WINDOW_BYTES = 32 * 1024**2
"""The memory that a Zstandard file may ask for; those of the levels up to 20 ask for no more."""
# 4 bytes can stand for 128 KiB, and all that a piece stands for comes at once.
_ZSTD_PIECE_BYTES = 1024
_ZIP_DIRECTORY_BYTES = 1024**2
_NAMES_LISTED = 5
_NAME_CHARS = 60
_ENCRYPTED = 0x1
# What `zipfile` raises for damaged directories, places outside of the file and texts among them.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
    zlib.error,
    struct.error,
)
# Beside what people pack, systems pack notes of their own.
_NOT_FILES = ("__MACOSX/",)


class Source(Protocol):
    """A file that can be read from its beginning, as often as needed: a path, or one that is unpacked meanwhile."""

    def open(self, mode: Literal["rb"]) -> BinaryIO: ...


def is_shorter(source: Source, size: int) -> bool:
    with source.open("rb") as file:
        return len(file.read(size)) < size


def skip(file: BinaryIO, size: int) -> None:
    """Passes over so many bytes."""
    if file.seekable():
        file.seek(size, io.SEEK_CUR)
    while not file.seekable() and size > 0 and (passed := len(file.read(min(size, PIECE_BYTES)))):
        size -= passed


@dataclass(frozen=True, slots=True)
class Packing:
    """`suffix` is that of the name, `magic` the beginning of such a file; `pieces` unpacks it."""

    suffix: str
    kind: str
    magic: bytes
    pieces: Callable[[Path], Generator[bytes]]


class PackedFile:
    """The file in an archive, a `Source`."""

    def __init__(self, path: Path, packing: Packing, limits: Limits) -> None:
        self._path = path
        self._packing = packing
        self._limits = limits

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        del mode
        return io.BufferedReader(_Pieces(self._pieces()), PIECE_BYTES)

    def _pieces(self) -> Generator[bytes]:
        limits, packed_bytes, size = self._limits, self._path.stat().st_size, 0
        with closing(self._packing.pieces(self._path)) as pieces:
            for piece in pieces:
                size += len(piece)
                if size > max(RATIO_FROM_BYTES, RATIO * packed_bytes):
                    detail = f"The archive unpacks to more than {RATIO} times its size. Unpack it and check it."
                    raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)
                if size > limits.max_bytes:
                    detail = f"Unpacked, the file has more than {limits.max_bytes:,} bytes, the most a file can have."
                    raise FileTooLarge(f"{detail} {SPLIT}", code=ErrorCode.FILE_TOO_LARGE)
                yield piece


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def close(self) -> None:
        self._pieces.close()
        super().close()


def packing_of(filename: str) -> Packing | None:
    """How a file of this name is packed; None where it is not."""
    return next((one for one in PACKINGS if filename.lower().endswith(one.suffix)), None)


def name_without_packing(filename: str) -> str:
    """`orders.csv` of `orders.csv.gz`; a name without such a suffix as it is."""
    packing = packing_of(filename)
    return filename[: -len(packing.suffix)] if packing else filename


def name_inside(path: Path, packing: Packing, filename: str, *, is_known: Callable[[str], bool]) -> str:
    """The name by which the format of the file inside is chosen: its own archive's, or else that in the directory of a
    ZIP archive. `RejectedFile` where that does not hold one file that can be read."""
    name = name_without_packing(filename)
    if packing.suffix != ".zip":
        return name
    with _zip_entry(path) as (_, entry):
        inside = PurePosixPath(entry.filename).name
        return inside if is_known(inside) or not is_known(name) else name


def _damaged(kind: str) -> RejectedFile:
    detail = f"The {kind} archive is damaged or cut off. Pack the file again, or upload it unpacked."
    return RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)


def _gzip_pieces(path: Path) -> Generator[bytes]:
    try:
        with gzip.open(path) as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged("gzip") from error


def _zstd_pieces(path: Path) -> Generator[bytes]:
    """Frame by frame: the reader of the library takes the end of the file for that of a frame."""
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    frame = context.decompressobj()
    is_open = False
    try:
        with path.open("rb") as file:
            while packed := file.read(_ZSTD_PIECE_BYTES):
                while packed:
                    is_open = True
                    if piece := frame.decompress(packed):
                        yield piece
                    packed = b""
                    if frame.eof:
                        packed, frame, is_open = frame.unused_data, context.decompressobj(), False
    except zstandard.ZstdError as error:
        if "memory" in str(error):
            detail = "The Zstandard archive needs too much memory to unpack. Pack it again with a level of 19 at most."
            raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE) from error
        raise _damaged("Zstandard") from error
    if is_open:
        raise _damaged("Zstandard")


class _DirectoryLimit(io.BufferedReader):
    """Reads no large pieces: `zipfile` reads the whole directory of an archive at once, whatever its size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _ZIP_DIRECTORY_BYTES:
            raise zipfile.BadZipFile
        return super().read(size)


@contextmanager
def _zip_entry(path: Path) -> Generator[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    """The archive and its only file."""
    with path.open("rb", buffering=0) as raw, _DirectoryLimit(raw) as file:
        try:
            archive = zipfile.ZipFile(file)
        except _ZIP_ERRORS as error:
            raise _damaged("ZIP") from error
        with archive:
            yield archive, _only_file(archive)


def _only_file(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [
        entry
        for entry in archive.infolist()
        if entry.filename
        and not entry.is_dir()
        and not entry.filename.startswith(_NOT_FILES)
        and not PurePosixPath(entry.filename).name.startswith(".")
    ]
    if len(files) != 1:
        what = f"holds {counted(len(files), 'file')}" if files else "is empty"
        names = [quoted(shorten(entry.filename, _NAME_CHARS)) for entry in files[:_NAMES_LISTED]]
        listed = f": {', '.join(names)}{' …' if len(files) > _NAMES_LISTED else ''}" if files else ""
        detail = f"The ZIP archive {what}{listed}. Pack the one file that you want to upload."
        raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)
    [entry] = files
    if entry.flag_bits & _ENCRYPTED:
        detail = "The ZIP archive is encrypted. Unpack it, and upload the file in it."
        raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        detail = "The ZIP archive is packed by a rare method. Pack it again with the usual one (Deflate)."
        raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)
    return entry


def _zip_pieces(path: Path) -> Generator[bytes]:
    with _zip_entry(path) as (archive, entry):
        try:
            with archive.open(entry) as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
        except _ZIP_ERRORS as error:
            raise _damaged("ZIP") from error


PACKINGS = (
    Packing(".gz", "gzip", b"\x1f\x8b", _gzip_pieces),
    Packing(".zst", "Zstandard", b"\x28\xb5\x2f\xfd", _zstd_pieces),
    Packing(".zip", "ZIP", b"PK", _zip_pieces),
)

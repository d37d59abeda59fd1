"""A file system of its own, small enough to be filled by a test."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MB = 1024**2


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Where it is mounted. In memory: what is written is gone with it. Skips where a test may not mount anything."""
    place = Path(tempfile.mkdtemp(prefix="disk-", dir="/tmp"))
    place.chmod(0o755)
    options = f"size={megabytes}m,mode=755"
    try:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True)
        if made.returncode:
            pytest.skip(f"a file system cannot be mounted here, which takes CAP_SYS_ADMIN: {made.stderr.strip()}")
        try:
            yield place
        finally:
            # What has files open there, a server that is just ending, may take a moment.
            subprocess.run(["umount", "--lazy", place], check=True)
    finally:
        place.rmdir()


def free_mb(place: Path) -> int:
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize // MB


@contextmanager
def foreign_file(place: Path, name: str = "foreign", *, leaving: int = 0) -> Iterator[Path]:
    """A file of another program that takes all the room, to the last byte or but for so many bytes."""
    path = place / name
    piece = bytes(MB)
    with path.open("wb", buffering=0) as file:
        try:
            while not leaving or free_mb(place) * MB > leaving:
                file.write(piece)
        except OSError:
            # The last piece may have been written in part.
            pass
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)

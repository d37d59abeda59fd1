"""Uploaded files, into a backup and out of it."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from experiments.core.secret_files import PRIVATE_FILE, private_folder
from experiments.services.backup.archive import MEDIA, Writer

PREFIX = "media.restored-"


class Files:
    """Copies files that rows name, while the site works.

    A file is stored before a row names it, and deleted after no row does. So those that are there now are copied
    first, and after the database was looked at what it names beyond them. A name may come again with another file:
    which of the two a row means is told by whether the later one was there at that look.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._copied: dict[str, tuple[int, int, int]] = {}

    def copy(self, names: Set[str]) -> None:
        for name in sorted(names):
            self._copy(name, before=None)

    def copy_rest(self, names: Set[str], *, looked_at: float) -> list[str]:
        """Those that are named and not there."""
        for name in sorted(names):
            self._copy(name, before=looked_at)
        return sorted(names - self._copied.keys())

    def _copy(self, name: str, *, before: float | None) -> None:
        try:
            with (Path(settings.MEDIA_ROOT) / name).open("rb") as file:
                status = os.fstat(file.fileno())
                which = (status.st_ino, status.st_size, status.st_mtime_ns)
                if self._copied.get(name) == which:
                    return
                if name in self._copied and before is not None and status.st_ctime >= before:
                    return
                self._writer.add(f"{MEDIA}{name}", file, status.st_size)
                self._copied[name] = which
        except FileNotFoundError:
            return


class Incoming:
    """The files of a backup in a folder beside the site's, until they take its place."""

    def __init__(self) -> None:
        self._media = Path(settings.MEDIA_ROOT)
        for left in self._media.parent.glob(f"{PREFIX}*"):
            # Of a restore that was killed.
            shutil.rmtree(left)
        self._folder = private_folder(Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._media.parent)))
        self._before = self._media.with_name(f"media.before-{time.strftime('%Y%m%dT%H%M%S')}")

    def add(self, name: str, file: IO[bytes]) -> None:
        path = self._folder / name
        private_folder(path.parent)
        with open(path, "wb", opener=lambda path, flags: os.open(path, flags, PRIVATE_FILE)) as target:
            shutil.copyfileobj(file, target)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The site's files are those of the backup; what was there before comes back where the block fails."""
        self._media.rename(self._before)
        try:
            self._folder.rename(self._media)
            yield
        except BaseException:
            shutil.rmtree(self._media, ignore_errors=True)
            self._before.rename(self._media)
            raise
        shutil.rmtree(self._before)

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

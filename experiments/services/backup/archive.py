"""The tar of a backup, packed with Zstandard where its name ends so. Parts are written and read one by one."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import zstandard

from experiments.core.secret_files import PRIVATE_FILE
from experiments.services.backup.errors import BackupError
from experiments.services.backup.manifest import Manifest, Part

PACKED = ".tar.zst"
SUFFIXES = (".tar", PACKED)
MANIFEST = "manifest.json"
DATABASE = "database.sql.zst"
KEYS = "keys.json"
MEDIA = "media/"
PIECE = 1024 * 1024
MANIFEST_MAX = 64 * PIECE


class Hashed:
    """A file that knows the hash of what was read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._bytes = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        self._bytes += len(piece)
        return piece

    def to_the_end(self) -> Part:
        """What it is, all of it read."""
        while self.read(PIECE):
            pass
        return Part(self._bytes, self._hash.hexdigest())


class Writer:
    """Parts in, and the manifest at the end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.parts: dict[str, Part] = {}

    def add(self, name: str, file: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, PRIVATE_FILE
        source = Hashed(file)
        self._tar.addfile(info, source)
        self.parts[name] = source.to_the_end()

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), len(content))

    def end(self, manifest: Manifest) -> None:
        manifest.parts = self.parts
        self.add_bytes(MANIFEST, manifest.to_json())


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """The file is there once it is complete, and readable for its owner alone: it holds everybody's rows."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(open(draft, "wb", opener=_for_us_alone))
            stack.callback(_to_the_disk, raw)
            out: Any = raw
            if path.name.endswith(PACKED):
                out = stack.enter_context(zstandard.ZstdCompressor().stream_writer(raw, closefd=False))
            yield Writer(stack.enter_context(tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)))
        draft.replace(path)
    except OSError as error:
        raise BackupError(f"Couldn’t write {path}: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def _to_the_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


class _Content:
    """Of one part."""

    def __init__(self, file: IO[bytes], understood: Callable[[], AbstractContextManager[None]]) -> None:
        self._file = file
        self._understood = understood

    def read(self, size: int = -1) -> bytes:
        with self._understood():
            return self._file.read(size)


class Reader:
    """Goes through a backup from its beginning, as often as one likes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def checked(self) -> Manifest:
        """Reads all of it: whether it is complete, and as it was written."""
        found: dict[str, Part] = {}
        manifest = None
        for name, file in self.parts():
            if name == MANIFEST:
                manifest = Manifest.from_json(file.read(MANIFEST_MAX))
            else:
                found[name] = Hashed(file).to_the_end()
        if manifest is None:
            raise BackupError(f"{self._path} isn’t a backup, or only the beginning of one: it has no {MANIFEST}.")
        for name in sorted({*manifest.parts, *found}):
            if manifest.parts.get(name) != found.get(name):
                raise BackupError(f"{self._path} is damaged: {name} isn’t as it was written. Use another backup.")
        return manifest

    def parts(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Name and content of each; the content is read before the next is asked for."""
        with ExitStack() as stack:
            with self._understood():
                raw: Any = stack.enter_context(self._path.open("rb"))
                if self._path.name.endswith(PACKED):
                    raw = stack.enter_context(zstandard.ZstdDecompressor().stream_reader(raw, closefd=False))
                tar = stack.enter_context(tarfile.open(fileobj=raw, mode="r|"))
            while True:
                with self._understood():
                    info = tar.next()
                    if info is None:
                        return
                    file = tar.extractfile(info) if _is_ours(info) else None
                    if file is None:
                        raise BackupError(f"{self._path} isn’t a backup: it has a part {info.name}.")
                yield info.name, _Content(file, self._understood)  # type: ignore[misc]  # it only reads

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
            raise BackupError(f"{self._path} isn’t a backup, or only a part of one: {error}.") from error
        except OSError as error:
            raise BackupError(f"Couldn’t read {self._path}: {error.strerror or error}.") from error


def _is_ours(info: tarfile.TarInfo) -> bool:
    """A plain file under a name that leads nowhere else."""
    steps = PurePosixPath(info.name).parts
    is_known = info.name in (MANIFEST, DATABASE, KEYS) or (info.name.startswith(MEDIA) and ".." not in steps)
    return info.isreg() and is_known

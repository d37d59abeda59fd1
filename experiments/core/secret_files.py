"""Secrets that are generated once and shared by all processes of a checkout."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def made_once(path: Path, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """The secret in the file `path` (mode 0600), generated on first use; racing processes get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        # A hard link fails if the name exists: the first process wins, and no process reads half a file.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()

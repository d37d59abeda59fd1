"""What nobody else on the machine may read: files with secrets, folders with what people uploaded."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def made_once(path: Path, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """The secret in the file `path` (mode 0600), generated on first use; racing processes get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=PRIVATE_FILE)
        draft.write_text(make())
        # A hard link fails if the name exists: the first process wins, and no process reads half a file.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def private_folder(path: Path) -> Path:
    """The folder, made where it is missing, that only its owner may enter, whatever the umask. See `make_private`."""
    path.mkdir(parents=True, exist_ok=True)
    make_private(path, PRIVATE_FOLDER)
    return path


def make_private(path: Path, mode: int) -> bool:
    """Sets the mode where the path has another one; False where that is another user's, or no file system's, to do."""
    status = path.lstat()
    if status.st_mode & 0o777 == mode:
        return True
    try:
        path.chmod(mode)
    except PermissionError:
        return False
    return True

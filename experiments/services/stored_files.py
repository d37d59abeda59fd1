"""Files on the disk of the site: what killed processes left there, and who may read them."""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from experiments.core.logs import warn_once_in_a_while
from experiments.core.secret_files import PRIVATE_FILE, PRIVATE_FOLDER, make_private

logger = logging.getLogger(__name__)

LEFT_AFTER_S = 3600.0
"""A file that nobody has touched or moved for so long may have been left behind; one that is younger never was."""


def delete_left_behind() -> int:
    """Deletes what was received of files by processes that were killed; how many.

    Whoever receives one holds a lock on it (`http.upload_handler`), which the system ends with the process.
    """
    deleted = 0
    for path in old_files(settings.FILE_UPLOAD_TEMP_DIR):
        try:
            deleted += _delete_unlocked(path)
        except FileNotFoundError:
            # Its request has just ended.
            continue
        except PermissionError:
            warn_once_in_a_while(logger, f"{path} was left behind by another user, who has to delete it")
    if deleted:
        logger.warning("%d files of uploads that were broken off are deleted", deleted)
    return deleted


def _delete_unlocked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        path.unlink()
    return True


def old_files(folder: Path) -> Iterator[Path]:
    """Files right in the folder that nobody has touched or moved for `LEFT_AFTER_S`."""
    before = time.time() - LEFT_AFTER_S
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        # Moving a file changes its ctime only.
        if path.is_file() and not path.is_symlink() and max(status.st_mtime, status.st_ctime) < before:
            yield path


def make_files_private() -> None:
    """What people uploaded is read by the site alone. Older versions left that to the umask."""
    for place in (settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR):
        others = []
        for folder, _, names in os.walk(place):
            paths = [(Path(folder), PRIVATE_FOLDER), *((Path(folder, name), PRIVATE_FILE) for name in names)]
            for path, mode in paths:
                try:
                    if not path.is_symlink() and not make_private(path, mode):
                        others.append(path)
                except FileNotFoundError:
                    # It was deleted meanwhile.
                    continue
        if others:
            logger.warning("%d files in %s may be read by others, which this user cannot change", len(others), place)

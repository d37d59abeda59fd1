"""The tree of an earlier day, out of the history of this one."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.worker import ROOT, Worker


def before(migration: str, folder: Path) -> Path:
    """The last tree that did not have this migration (`app/migrations/name`)."""
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", f"{migration}.py").decode().strip()
    parent = ["git", "rev-parse", "--verify", "--quiet", f"{added}^"]
    if not added or subprocess.run(parent, cwd=ROOT, capture_output=True).returncode:
        pytest.skip(f"the history that is here does not go back to before {migration}: clone it in full")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", f"{added}^"))) as tar:
        tar.extractall(folder, filter="data")
    assert not (folder / f"{migration}.py").exists()
    return folder


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.skip(f"there is no history here to take an earlier tree from: {error}")


class FormerWorker(Worker):
    def __init__(self, root: Path, **environment: str) -> None:
        super().__init__(**environment)
        self.root = root

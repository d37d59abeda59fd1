"""Programs that read the files of `deploy/`, as far as this machine has them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


def program(name: str, package: str) -> str:
    """Where it is. CI has all of them."""
    found = shutil.which(name, path=PATH)
    if found is None:
        end = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        end(f"No {name} on this machine. Debian has it: apt-get install -y {package}")
    return found


def said(*argv: str | Path, want: int = 0, **more: str) -> str:
    """What a program writes, on either channel."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, env={**os.environ, **more})
    text = done.stdout + done.stderr
    assert done.returncode == want, text
    return text

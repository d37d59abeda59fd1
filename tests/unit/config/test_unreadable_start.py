"""A variable that cannot be read stops the start: every such variable, a sentence each, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UNREADABLE = {
    "DEBUG": "ture",
    "WORKERS": "four",
    "OPENAI_BASE_URL": "localhost:8080/v1",
    "DATABASE_URL": "mysql://me:secret@host/name",
}
SENTENCES = [
    "DEBUG can’t be “ture”. Use 1, true, yes or on; or 0, false, no or off.",
    "DATABASE_URL can’t begin with “mysql://”. Use postgresql://user:password@host/name, each part percent-encoded.",
    "OPENAI_BASE_URL can’t be “localhost:8080/v1”. Use a full address, http:// or https:// and a host.",
    "WORKERS can’t be “four”. Use a whole number, 1 or more.",
]


# The first is Django's own, the second ours: Django reads the settings at another place for each.
@pytest.mark.parametrize("command", ["check", "demo"])
def test_every_unreadable_variable_is_named_and_nothing_starts(command: str, tmp_path: Path) -> None:
    env = {**os.environ, **UNREADABLE, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == SENTENCES
    assert list(tmp_path.iterdir()) == []

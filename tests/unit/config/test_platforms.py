"""Elsewhere than on Linux a sentence is said, not a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
AS_IF = "import runpy, sys; sys.platform = {system!r}; sys.argv = ['manage.py', 'version']; {then}"
START = "runpy.run_path('manage.py', run_name='__main__')"


def started(system: str, then: str = START) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-c", AS_IF.format(system=system, then=then)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("then", [START, "import config.settings", "import config.wsgi"])
def test_on_windows_it_says_what_to_use_instead(then: str) -> None:
    done = started("win32", then)
    assert done.returncode == 1
    assert "doesn’t run on Windows" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_on_macos_it_says_first_that_it_is_not_tested() -> None:
    # What follows cannot be played: the libraries of this machine are those of Linux.
    assert started("darwin").stderr.startswith("CSV Batch Workbench is tested on Linux only. On macOS it may run")


def test_on_linux_it_says_nothing() -> None:
    done = started("linux")
    assert (done.returncode, done.stderr) == (0, "")

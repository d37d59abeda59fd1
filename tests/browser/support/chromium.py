"""The Chromium of the system. None is ever downloaded."""

import shutil
from collections.abc import Sequence

WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NAMES = ("chromium-headless-shell", *WITH_WINDOWS)
"""The first is the same browser without its windows. It takes a fifth less time, and has no notifications."""
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING = "No Chromium on this machine. Debian has it: apt-get install -y chromium"


def path(names: Sequence[str] = NAMES) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)

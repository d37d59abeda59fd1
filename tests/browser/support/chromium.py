"""The Chromium of the system. None is ever downloaded."""

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is the same browser without its windows, and takes a fifth less time."""
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING = "No Chromium on this machine. Debian has it: apt-get install -y chromium-headless-shell"


def path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)

"""The Chromium of the system. None is ever downloaded."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING = "No Chromium on this machine. Debian has it: apt-get install -y chromium"


def path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)

"""The site: settings, addresses, web server. Whoever starts it imports this first."""

import sys

WINDOWS = (
    "CSV Batch Workbench doesn’t run on Windows: its workers fork, and lock files as Unix does. "
    "Use Linux, a container or WSL 2."
)
MACOS = "CSV Batch Workbench is tested on Linux only. On macOS it may run, for trying it out."

# Here, and not where a module is missing: a sentence says more than its traceback.
if sys.platform in ("win32", "cygwin"):
    sys.exit(WINDOWS)

#!/usr/bin/env python
"""Runs administrative tasks: `manage.py demo`, `manage.py migrate`, `manage.py qcluster`, …"""

import os
import sys

import config


def main() -> None:
    from django.core.management import execute_from_command_line

    from config.environment import UnreadableEnvironment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except UnreadableEnvironment as error:
        # Whoever started it mends a variable; where in Django it was noticed is no help.
        sys.exit(str(error))


if __name__ == "__main__":
    if sys.platform == "darwin":
        print(config.MACOS, file=sys.stderr)  # noqa: T201
    main()

#!/usr/bin/env python
"""Runs administrative tasks: `manage.py demo`, `manage.py migrate`, `manage.py qcluster`, …"""

import os
import sys

from django.core.management import execute_from_command_line

from config.environment import UnreadableEnvironment

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except UnreadableEnvironment as error:
        # Whoever started it mends a variable; where in Django it was noticed is no help.
        sys.exit(str(error))

"""The command of the site: `manage.py` in a checkout, `workbench` where the package is installed.

The programs that the site starts itself are started as `python -m config`.
"""

import os
import sys

import config

SHORT = {"worker": "qcluster"}
"""Words for what Django or django-q2 call otherwise."""


def main() -> None:
    from django.core.management import execute_from_command_line

    from config.environment import UnreadableEnvironment

    if sys.platform == "darwin":
        print(config.MACOS, file=sys.stderr)  # noqa: T201
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    program, *words = sys.argv
    words[:1] = [SHORT.get(word, word) for word in words[:1]]
    try:
        execute_from_command_line([program, *words])
    except UnreadableEnvironment as error:
        # Whoever started it mends a variable; where in Django it was noticed is no help.
        sys.exit(str(error))


if __name__ == "__main__":
    main()

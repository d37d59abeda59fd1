"""What the command tells a person to type next."""

import shlex
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

AGAIN = ("output", "format", "write_manifest")
"""Options that the next run needs as well."""


def begins(batch_id: UUID, options: Mapping[str, Any]) -> str:
    return f"Batch {batch_id}. Ctrl-C pauses it.\n{resume(batch_id, options)}"


def resume(batch_id: UUID, options: Mapping[str, Any]) -> str:
    """Also for after a kill: a batch knows by itself which rows are done."""
    words = [settings.PROGRAM, "run_csv", "--resume", str(batch_id)]
    if options["rows"]:
        words += ["--rows", "{}-{}".format(*options["rows"])]
    for name in AGAIN:
        if options[name]:
            words += [f"--{name.replace('_', '-')}", options[name]]
    if options["no_metadata"]:
        words.append("--no-metadata")
    return f"To continue where it stopped: {shlex.join(words)}"


def answers(batch_id: UUID) -> str:
    return f"Its answers: {settings.PROGRAM} export_csv_batch {batch_id} --output answers.csv"

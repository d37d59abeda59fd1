"""`manage.py local_model`: serves the embedded language model in the foreground."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from experiments.runtime import local_model


class Command(BaseCommand):
    help = "Serves the embedded language model (OpenAI-compatible, on 127.0.0.1) until Ctrl-C or SIGTERM."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free port")
        parser.add_argument("--parallel", type=int, default=local_model.PARALLEL, help="answers at the same time")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            local_model.serve(
                Path(settings.VAR_DIR),
                port=options["port"],
                parallel=options["parallel"],
                on_ready=lambda url: self.stdout.write(f"The language model answers at {url}", ending="\n"),
            )
        except local_model.LocalModelError as error:
            raise CommandError(error.detail) from error

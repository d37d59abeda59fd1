"""`manage.py bench`: what the workbench costs, as ratios within one run."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from csv_batches.bench import ratios


class Command(BaseCommand):
    help = "Measures reading, storing, calling and exporting against the plain things. Stop the worker first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rows", type=int, default=100_000, help="Rows of the file that is read, stored, exported."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for line in ratios.measure(options["rows"]):
            self.stdout.write(str(line))

"""`manage.py run_csv FILE`: runs a file through a network and writes its answers."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from csv_batches.run_csv.arguments import add_arguments, epilog
from csv_batches.run_csv.choices import ExitCode
from csv_batches.run_csv.display import Bar, Display, Lines
from csv_batches.run_csv.job import Job
from experiments.core.actor import acting, by_command
from experiments.core.errors import Problems, WorkbenchError


class Command(BaseCommand):
    help = "Runs every row of a file through a network and writes the answers beside the rows."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, epilog=epilog(), formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        display: Display = Bar() if sys.stderr.isatty() else Lines(self._say)
        try:
            with acting(by_command):
                code = Job(options, display).run()
        except WorkbenchError as error:
            raise CommandError("\n".join(_sentences(error)), returncode=ExitCode.WRONG_INPUT) from error
        except KeyboardInterrupt:
            # It came where there was nothing to pause.
            code = ExitCode.INTERRUPTED
        except ValidationError as error:
            raise CommandError(str(error.detail), returncode=ExitCode.WRONG_INPUT) from error
        finally:
            display.close()
        if code:
            sys.exit(code)

    def _say(self, text: str) -> None:
        # The color of errors is not for progress.
        self.stderr.write(text, style_func=str)
        self.stderr.flush()


def _sentences(error: WorkbenchError) -> list[str]:
    return [one.detail for one in (error.errors if isinstance(error, Problems) else [error])]

"""`manage.py bench`: what the workbench costs beside the plain thing, on a database of its own."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from csv_batches.bench.database import NoDatabase
from csv_batches.bench.inside import BenchFailed, Options, found
from csv_batches.bench.measures import MEASURES
from csv_batches.bench.report import as_json, report
from csv_batches.bench.results import Machine, Result

REPEAT, REPEAT_QUICK = 3, 1


class Command(BaseCommand):
    help = (
        "Measures calls, small batches, growth and files beside the plain thing, in turn, on a database of its own on "
        "the site’s server. Nothing is written into the site’s database. Close what else is running: every core counts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="Everything small: whether it works, not how fast.")
        parser.add_argument(
            "--large", action="store_true", help="Also a million rows, 1,024 calls in flight and 12 processes."
        )
        parser.add_argument(
            "--only", type=names_of_measures, default=(), metavar="NAME[,NAME…]", help=f"Of {', '.join(MEASURES)}."
        )
        parser.add_argument("--repeat", type=positive, metavar="N", help="How often; 3, and 1 with --quick.")
        parser.add_argument("--json", metavar="FILE", help="Also writes all figures there; - for stdout, alone.")

    def handle(self, *args: Any, quick: bool, large: bool, repeat: int | None, **options: Any) -> None:
        if quick and large:
            raise CommandError("Choose --quick or --large.")
        wanted = Options(quick, large, repeat or (REPEAT_QUICK if quick else REPEAT), tuple(options["only"]))
        if options["json"] not in (None, "-"):
            refuse_unwritable(Path(options["json"]))
        machine, results, error = measured(wanted)
        if machine and results:
            self._write(machine, results, options["json"])
        if error:
            raise CommandError(error)

    def _write(self, machine: Machine, results: list[Result], json_file: str | None) -> None:
        if json_file and json_file != "-":
            Path(json_file).write_text(as_json(machine, results) + "\n")
        self.stdout.write(as_json(machine, results) if json_file == "-" else report(machine, results))


def measured(options: Options) -> tuple[Machine | None, list[Result], str]:
    """What was found, and why no more of it was; "" where that is all."""
    machine: Machine | None = None
    results: list[Result] = []
    try:
        with closing(found(options)) as values:
            for value in values:
                if isinstance(value, Machine):
                    machine = value
                else:
                    results.append(value)
    except NoDatabase as error:
        return None, [], str(error)
    except BenchFailed:
        return machine, results, "The bench failed; the reason is above."
    except KeyboardInterrupt:
        return machine, results, "Stopped."
    return machine, results, ""


def refuse_unwritable(path: Path) -> None:
    """Before the measuring, not after it."""
    try:
        path.touch()
    except OSError as error:
        raise CommandError(f"Can’t write {path}: {error.strerror}. Choose another file.") from None


def names_of_measures(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in MEASURES:
            raise argparse.ArgumentTypeError(f"{name} isn’t a measure. Choose from {', '.join(MEASURES)}.")
    return names


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} isn’t a whole number of 1 or more.")
    return int(text)

"""`manage.py retention`: deletes now what is kept for a time only, all of it at once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from experiments.services import retention


class Command(BaseCommand):
    help = "Deletes finished batches and source rows that are older than the settings allow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=_days, default=settings.RETENTION_DAYS, help="Of finished batches; 0: they are kept."
        )
        parser.add_argument(
            "--source-days", type=_days, default=settings.RETENTION_SOURCE_DAYS, help="Of source rows; 0: kept."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only says how much there is to delete.")

    def handle(self, *args: Any, **options: Any) -> None:
        days, source_days, really = options["days"], options["source_days"], not options["dry_run"]
        if days:
            old = retention.finished_before(timezone.now() - timedelta(days=days)).count()
            self._say(retention.delete_finished(days=days) if really else old, "finished batches", really)
        if source_days:
            old = retention.without_source(timezone.now() - timedelta(days=source_days)).count()
            if really:
                retention.remove_sources(days=source_days)
            self._say(old, "batches' source rows", really)
        if not days and not source_days:
            self.stdout.write("Nothing is deleted: neither RETENTION_DAYS nor RETENTION_SOURCE_DAYS is set.")

    def _say(self, number: int, what: str, really: bool) -> None:
        self.stdout.write(f"{number:,} {what} {'deleted' if really else 'would be deleted'}")


def _days(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number

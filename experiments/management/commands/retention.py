"""`manage.py retention`: deletes everything now that is older than the settings allow."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from experiments.core.actor import acting, by_command
from experiments.selectors.queues import counted_by_kind
from experiments.services import retention


class Command(BaseCommand):
    help = "Deletes finished batches older than the settings allow, or their source rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=_days, default=settings.RETENTION_DAYS, help="After the end, for everything; 0: it is kept."
        )
        parser.add_argument(
            "--source-days", type=_days, default=settings.RETENTION_SOURCE_DAYS, help="For its source rows alone."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only says how much there is to delete.")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(by_command):
            self._delete(options)

    def _delete(self, options: dict[str, Any]) -> None:
        days, source_days, really = options["days"], options["source_days"], not options["dry_run"]
        if days:
            old = counted_by_kind(retention.finished_before(timezone.now() - timedelta(days=days)))
            if really:
                retention.delete_finished(days=days)
            self._say(old or "nothing", really)
        if source_days:
            old = counted_by_kind(retention.without_source(timezone.now() - timedelta(days=source_days)))
            if really:
                retention.remove_sources(days=source_days)
            self._say(f"source rows of {old or 'nothing'}", really)
        if not days and not source_days:
            self.stdout.write("Nothing is deleted: neither RETENTION_DAYS nor RETENTION_SOURCE_DAYS is set.")

    def _say(self, what: str, really: bool) -> None:
        self.stdout.write(f"{'deleted' if really else 'would be deleted'}: {what}")


def _days(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number

"""`manage.py bench`: what the workbench costs, as ratios within one run."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser

from csv_batches.bench import ratios
from experiments.services import queues


class Command(BaseCommand):
    help = "Measures reading, storing, calling and exporting against the plain things. Stop the worker first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rows", type=int, default=100_000, help="Rows of the file that is read, stored, exported."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = options["rows"]
        user, _ = get_user_model().objects.get_or_create(username="bench", defaults={"is_active": False})
        with tempfile.TemporaryDirectory() as folder, ratios.answering() as url:
            path = Path(folder) / "bench.csv"
            ratios.write_csv(path, rows)
            batch = ratios.make_batch(user, url)
            try:
                before = ratios.peak_mb()
                self._say(ratios.reading(path, rows))
                self._say(ratios.storing(batch, path, rows))
                self._say(ratios.exporting(batch, rows))
                size = path.stat().st_size / 1024**2
                self._say(ratios.Line("memory grew by, against the file", ratios.peak_mb() - before, size, "MB"))
                for concurrency in (1, 16, 64):
                    self._say(ratios.calling(batch, concurrency, 30 * concurrency))
            finally:
                network = batch.network
                queues.destroy(batch.pk)
                if network is not None:
                    network.delete()

    def _say(self, line: ratios.Line) -> None:
        self.stdout.write(f"{line.what:58} {line.ours:12,.1f} / {line.plain:12,.1f} {line.unit:7} = {line.ratio:.2f}")

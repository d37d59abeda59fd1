"""`manage.py demo`: the whole site as one process tree, with a sample that runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from csv_batches.demo.programs import port_number
from csv_batches.demo.site import DemoSite
from csv_batches.demo.supervisor import GaveUp


class Command(BaseCommand):
    help = (
        "Starts everything in one: database, migrations, a staff user, a sample network, the language model, the web "
        "server and a worker; then runs a sample CSV. Ctrl-C ends it all, a second one hurries."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000, help="Port on 127.0.0.1; 8000 where not given.")
        parser.add_argument("--no-sample", action="store_true", help="Do not run the sample CSV.")

    def handle(self, *args: Any, port: int, no_sample: bool, **options: Any) -> None:
        try:
            DemoSite(port, self.stdout).run(with_sample=not no_sample)
        except GaveUp as error:
            raise CommandError(str(error)) from None

"""`manage.py restore FILE`: the site as it was when the backup was made."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from experiments.core.formatting import counted
from experiments.services.backup.archive import KEYS, MEDIA, Reader
from experiments.services.backup.errors import BackupError
from experiments.services.backup.keys import field_keys, warning_without
from experiments.services.backup.manifest import Manifest, marks_of, refuse_newer
from experiments.services.backup.restore import (
    refuse_beside_workers,
    refuse_other_schema,
    refuse_without_room,
    restore,
    what_is_there,
)


class Command(BaseCommand):
    help = "Restores a backup into this site, everything or nothing, and migrates. Stop the site first."
    # The tables may be missing, or of another version.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="A file of the command backup.")
        parser.add_argument(
            "--replace", action="store_true", help="Also where the site has data, which is deleted. Asks once."
        )
        parser.add_argument("--no-input", action="store_true", help="Don’t ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        archive = Reader(options["file"])
        try:
            manifest = archive.checked()
            self._prepare(manifest, replace=options["replace"], ask=not options["no_input"])
            to_do = restore(archive, manifest, replace=options["replace"])
        except BackupError as error:
            raise CommandError(error.detail) from error
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            # PostgreSQL plans by statistics, which no backup has.
            cursor.execute("ANALYZE")
        files = sum(name.startswith(MEDIA) for name in manifest.parts)
        self.stdout.write(
            f"Restored the backup of {manifest.made_at}: the database and {counted(files, 'uploaded file')}. Rows that "
            "were being called when it was made wait again, and running batches continue as soon as a worker runs."
        )
        for sentence in to_do:
            self.stderr.write(sentence)

    def _prepare(self, manifest: Manifest, *, replace: bool, ask: bool) -> None:
        """Everything that can be refused, before anything is changed."""
        refuse_newer(manifest)
        refuse_other_schema(manifest)
        refuse_beside_workers()
        refuse_without_room(manifest)
        there = what_is_there()
        if there and not replace:
            raise BackupError(
                f"The database isn’t empty: it has rows in {counted(len(there), 'table')}, such as {there[0]}. Use "
                "--replace to delete everything in it, and all uploaded files, for the backup."
            )
        if KEYS not in manifest.parts:
            warning = warning_without(manifest.field_keys, marks_of(field_keys()))
            if warning:
                self.stderr.write(warning)
        if there and ask:
            name = connection.settings_dict["NAME"]
            answer = input(f"Delete everything in “{name}” for the backup of {manifest.made_at}? Type yes: ")
            if answer.strip().lower() != "yes":
                raise BackupError("Nothing was changed.")

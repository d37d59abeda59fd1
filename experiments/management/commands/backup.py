"""`manage.py backup FILE`: database, uploaded files and, where asked for, keys in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from experiments.core.formatting import counted, size_in_words
from experiments.services.backup.archive import MEDIA
from experiments.services.backup.errors import BackupError
from experiments.services.backup.make import make_backup

WITH_KEYS = "It contains the site’s keys: whoever has the file can read every stored token and API key."
WITHOUT_KEYS = (
    "It doesn’t contain the site’s keys. Tokens and API keys of networks are sealed with FIELD_KEYS, or the file "
    "field_key of VAR_DIR: keep that in another place, or they have to be entered again after a restore. --with-keys "
    "adds the keys."
)


class Command(BaseCommand):
    help = "Writes the whole site into one file, while web servers and workers run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file to write, .tar or .tar.zst.")
        parser.add_argument("--with-keys", action="store_true", help="Also FIELD_KEYS and SECRET_KEY.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            manifest = make_backup(path, with_keys=options["with_keys"])
        except BackupError as error:
            raise CommandError(error.detail) from error
        files = sum(name.startswith(MEDIA) for name in manifest.parts)
        size = size_in_words(path.stat().st_size)
        self.stdout.write(f"Wrote {path}: {size}, the database and {counted(files, 'uploaded file')}.")
        if manifest.missing_files:
            missing = counted(len(manifest.missing_files), "uploaded file")
            self.stderr.write(f"{missing} that rows name can’t be found: {', '.join(manifest.missing_files[:5])}.")
        self.stdout.write(WITH_KEYS if options["with_keys"] else WITHOUT_KEYS)

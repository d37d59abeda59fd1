"""Makes a backup of a site that may go on working meanwhile."""

import time
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from experiments.services.backup.archive import DATABASE, KEYS, SUFFIXES, written
from experiments.services.backup.dump import current_schema, dumped, named_files, one_moment
from experiments.services.backup.errors import BackupError
from experiments.services.backup.files import Files
from experiments.services.backup.keys import field_keys, to_json
from experiments.services.backup.manifest import Manifest, applied_migrations, marks_of, program_version


def make_backup(path: Path, *, with_keys: bool) -> Manifest:
    """Writes the file, which must not be there."""
    if not path.name.endswith(SUFFIXES):
        raise BackupError(f"{path} must end in {' or '.join(SUFFIXES)}.")
    if path.exists():
        raise BackupError(f"{path} is there already. Choose another name.")
    if Path(settings.MEDIA_ROOT) in path.resolve().parents:
        raise BackupError(f"{path} is among the uploaded files. Choose another folder.")
    with written(path) as archive:
        files = Files(archive)
        files.copy(named_files())
        looked_at = time.time()
        with one_moment() as snapshot:
            manifest = Manifest(
                version=program_version(),
                made_at=timezone.now().isoformat(timespec="seconds"),
                server=connection.cursor().connection.info.parameter_status("server_version") or "",
                schema=current_schema(),
                migrations=applied_migrations(),
                field_keys=marks_of(field_keys()),
            )
            manifest.missing_files = files.copy_rest(named_files(), looked_at=looked_at)
            with dumped(manifest.schema, snapshot, path.resolve().parent) as (packed, size):
                archive.add(DATABASE, packed, size)
        if with_keys:
            archive.add_bytes(KEYS, to_json())
        archive.end(manifest)
    return manifest

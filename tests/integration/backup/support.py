"""A site with some data, its backup, and what is there at a moment."""

import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.support.api import Api, numbered


def site_with_a_batch(api: Api) -> str:
    return api.ready(api.network(None), numbered(3))


def backup(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("backup", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def restore(path: Path, *options: str, ask: bool = False) -> str:
    out = io.StringIO()
    call_command("restore", str(path), *options, *([] if ask else ["--no-input"]), stdout=out, stderr=out)
    return out.getvalue()


def everything() -> tuple[dict[str, Any], dict[str, bytes]]:
    """All rows of all tables, and all uploaded files."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = cursor.fetchall()
    media = Path(settings.MEDIA_ROOT)
    return found, {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}

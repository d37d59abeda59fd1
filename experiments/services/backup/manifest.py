"""What a backup says of itself, and whether this site can read it."""

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from experiments.services.backup.errors import BackupError

FORMAT = 1
"""Goes up when an older program cannot read what a newer one writes."""
MARK_DIGITS = 16

Migrations = dict[str, list[str]]


@dataclass(frozen=True)
class Part:
    """A file of the backup: how long it is, and its SHA-256, as it lies there."""

    bytes: int
    sha256: str


@dataclass
class Manifest:
    made_at: str
    server: str
    """The version of the PostgreSQL that it comes from."""
    schema: str
    """Of that database: where the tables are."""
    migrations: Migrations
    field_keys: list[str]
    """Marks of the keys that stored credentials are sealed with; no key can be told from its mark."""
    version: str = ""
    missing_files: list[str] = field(default_factory=list)
    """Files that rows name and that were not there."""
    parts: dict[str, Part] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        try:
            values: dict[str, Any] = json.loads(text)
            if values["format"] > FORMAT:
                raise BackupError("This backup was made by a newer version. Upgrade this site first.")
            parts = {name: Part(**part) for name, part in values.pop("parts").items()}
            return cls(**values, parts=parts)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError("This file isn’t a backup: its manifest.json can’t be read.") from error


def program_version() -> str:
    """Of the installed package; in a checkout nothing is installed."""
    try:
        return metadata.version("csv-batch-workbench")
    except metadata.PackageNotFoundError:
        project = Path(settings.BASE_DIR) / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"]) if project.exists() else ""


def applied_migrations() -> Migrations:
    """Those that the database has."""
    found: Migrations = defaultdict(list)
    for app, name in sorted(MigrationLoader(connection).applied_migrations):
        found[app].append(name)
    return dict(found)


def refuse_newer(manifest: Manifest) -> None:
    """A table of a version that this one does not know cannot be brought back to it."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = [
        f"{app}.{name}" for app, names in manifest.migrations.items() for name in names if (app, name) not in known
    ]
    if unknown:
        raise BackupError(
            f"This backup was made by a newer version{f', {manifest.version}' if manifest.version else ''}: this site "
            f"doesn’t know {unknown[0]}. Upgrade the site, then restore."
        )


def mark_of(key: str) -> str:
    """Keys are 256 random bits, so that nobody finds one by trying."""
    return hashlib.sha256(b"mark of a field key: " + key.encode()).hexdigest()[:MARK_DIGITS]


def marks_of(keys: Iterable[str]) -> list[str]:
    return [mark_of(key) for key in keys]

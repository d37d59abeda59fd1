"""The keys of a site: those of its stored credentials, and that of its sessions."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from experiments.core.secret_files import made_once
from experiments.models import encryption

FIELD_KEY = "field_key"
SECRET_KEY = "secret_key"  # noqa: S105  the name of a file


def field_keys() -> list[str]:
    """Of this site, the newest first."""
    encryption.field_cipher()  # makes the one that lies in VAR_DIR, where none is set
    return list(settings.FIELD_KEYS) or [made_once(settings.VAR_DIR / FIELD_KEY)]


def to_json() -> bytes:
    return json.dumps({"field_keys": field_keys(), "secret_key": settings.SECRET_KEY}, indent=1).encode()


class Keys:
    """Those of a backup."""

    def __init__(self, text: bytes) -> None:
        values: dict[str, Any] = json.loads(text)
        self.field_keys: list[str] = values["field_keys"]
        self.secret_key: str = values["secret_key"]

    def put_into_force(self) -> list[str]:
        """Writes them into VAR_DIR, where the site reads them from. What it is told by its environment counts before
        that: sentences say what to set there."""
        left: list[str] = []
        if settings.FIELD_KEYS:
            if set(self.field_keys) - set(settings.FIELD_KEYS):
                left.append(_set("FIELD_KEYS", "stored credentials can’t be read"))
        elif len(self.field_keys) == 1:
            replace_secret(settings.VAR_DIR / FIELD_KEY, self.field_keys[0])
            encryption.forget_ciphers()
        else:
            left.append(_set("FIELD_KEYS", "stored credentials can’t be read"))
        if not os.environ.get("SECRET_KEY"):
            replace_secret(settings.VAR_DIR / SECRET_KEY, self.secret_key)
        elif self.secret_key != settings.SECRET_KEY:
            left.append(_set("SECRET_KEY", "everybody signs in again"))
        return left


def _set(name: str, otherwise: str) -> str:
    return (
        f"{name} of this site isn’t that of the backup, and {otherwise}. Take the backup’s from its keys.json "
        f"(tar --extract --to-stdout --file=… keys.json) and set {name}."
    )


def replace_secret(path: Path, secret: str) -> None:
    """One that is there already, and another, is kept under another name."""
    if path.exists() and path.read_text().strip() != secret:
        path.rename(path.with_name(f"{path.name}.before-{time.strftime('%Y%m%dT%H%M%S')}"))
    made_once(path, make=lambda: secret)


def warning_without(marks: Iterable[str], ours: Iterable[str]) -> str:
    """What it means that this site has none of the keys of a backup; "" where it has one."""
    if not set(marks) or set(marks) & set(ours):
        return ""
    return (
        "This site hasn’t the field key of the backup. Tokens and API keys of networks can’t be read until FIELD_KEYS "
        "names it; without it they have to be entered again."
    )

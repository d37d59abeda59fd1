"""Credentials at rest: encrypted with the site's field keys, readable by its processes only."""

from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from experiments.core.secret_files import made_once


@cache
def _box(keys: tuple[str, ...], fallback: Path) -> MultiFernet:
    # Without FIELD_KEYS the key lies beside the data: enough for a laptop, said in the README.
    return MultiFernet([Fernet(key) for key in keys or (made_once(fallback, make=_new_key),)])


def _new_key() -> str:
    return Fernet.generate_key().decode()


def _current() -> MultiFernet:
    return _box(tuple(settings.FIELD_KEYS), settings.VAR_DIR / "field_key")


def seal(text: str) -> str:
    return _current().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """The text that was sealed. `ValueError` where none of the field keys fits."""
    if not sealed:
        return ""
    try:
        return _current().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("A stored credential was sealed with a key that FIELD_KEYS does not name.") from None

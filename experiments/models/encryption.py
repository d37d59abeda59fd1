"""Encryption of stored credentials with the site's field keys, which only its own processes can read."""

from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from experiments.core.secret_files import made_once


def encrypt(text: str) -> str:
    return field_cipher().encrypt(text.encode()).decode() if text else ""


def decrypt(encrypted: str) -> str:
    """The text that was encrypted. `ValueError` where none of the field keys fits."""
    if not encrypted:
        return ""
    try:
        return field_cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise ValueError("A stored credential was sealed with a key that FIELD_KEYS does not name.") from None


def field_cipher() -> MultiFernet:
    return _cipher(tuple(settings.FIELD_KEYS), settings.VAR_DIR / "field_key")


@cache
def _cipher(keys: tuple[str, ...], fallback: Path) -> MultiFernet:
    # Without FIELD_KEYS the key lies beside the data: enough for a laptop.
    keys = keys or (made_once(fallback, make=lambda: Fernet.generate_key().decode()),)
    return MultiFernet([Fernet(key) for key in keys])


def forget_ciphers() -> None:
    """After the key that lies beside the data was replaced."""
    _cipher.cache_clear()

"""Whether a text is what the formats of JSON Schema mean.

https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from urllib.parse import urlsplit

from jsonschema import FormatChecker

from experiments.core.choices import FieldType, TextFormat

LONGEST_EMAIL = 320  # characters
LONGEST_URI = 8_000  # characters
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:)(\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_OFFSET = re.compile(r"[+-](?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
_WITH_HOST = {"http", "https", "ftp", "ws", "wss"}


def is_date(text: str) -> bool:
    """`2026-01-31`, a day that there is."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """As RFC 3339 has it: `2026-01-31T12:30:00Z`, with an offset, and a second of 60 as in leap seconds."""
    found = _DATE_TIME.fullmatch(text)
    if found is None or (found[3] not in "Zz" and not _OFFSET.fullmatch(found[3])):
        return False
    seconds = "59" if found[2] == "60" else found[2]
    try:
        datetime.fromisoformat(f"{found[1][:10]}T{found[1][11:]}{seconds}")
    except ValueError:
        return False
    return True


def is_email(text: str) -> bool:
    """As browsers check it (https://html.spec.whatwg.org/#valid-e-mail-address), and dots as RFC 5321 wants them."""
    if len(text) > LONGEST_EMAIL:
        return False
    local, _, domain = text.rpartition("@")
    return bool(_LOCAL.fullmatch(local)) and all(map(_LABEL.fullmatch, domain.split(".")))


def is_uri(text: str) -> bool:
    """With a scheme; where the scheme is one of the web's, with a host."""
    if len(text) > LONGEST_URI or not _URI.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.hostname) or parts.scheme.lower() not in _WITH_HOST


CHECKS = {
    FieldType.DATE: is_date,
    FieldType.DATE_TIME: is_date_time,
    TextFormat.EMAIL: is_email,
    TextFormat.URI: is_uri,
}


def format_checker() -> FormatChecker:
    """Checks these formats and no other one."""
    checker = FormatChecker(())
    checker.checkers = {str(name): (partial(_is_fine, check), ()) for name, check in CHECKS.items()}
    return checker


def _is_fine(check: Callable[[str], bool], value: object) -> bool:
    """Formats are about texts; other values have none."""
    return not isinstance(value, str) or check(value)

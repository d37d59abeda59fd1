"""How long a server asks to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Quotas last a month at most; what asks for more is a mistake.
LONGEST_S = 31 * 24 * 3600.0
_NUMBER = re.compile(r"\s*\d{1,15}(\.\d*)?\s*", re.ASCII)


def retry_after_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds from `retry-after-ms`, or from `Retry-After` (RFC 9110, 10.2.3: seconds or a date); None where neither
    can be read.

    `headers` must not care about case. A date is measured against the answer's own `Date`, where it has one, so that
    clocks that differ do no harm; a date that is past means 0.
    """
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None and _is_sensible(millis / 1000):
        return millis / 1000
    value = headers.get("Retry-After")
    seconds = _number(value)
    until = _date(value) if seconds is None else None
    if until is not None:
        seconds = max(0.0, (until - (_date(headers.get("Date")) or now)).total_seconds())
    return seconds if seconds is not None and _is_sensible(seconds) else None


def _is_sensible(seconds: float) -> bool:
    return 0 <= seconds <= LONGEST_S


def _number(text: str | None) -> float | None:
    """A plain decimal: `float` alone would take `1_0`, `1e3` and `nan` too."""
    return float(text) if text and _NUMBER.fullmatch(text) else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

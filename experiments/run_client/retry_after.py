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

    Looking up `headers` must ignore case. A date is measured against the answer's own `Date`, where it has one, so
    that clocks may differ; a date in the past means 0.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None and milliseconds / 1000 <= LONGEST_S:
        return milliseconds / 1000
    value = headers.get("Retry-After")
    seconds = _number(value)
    until = _date(value) if seconds is None else None
    if until is not None:
        seconds = max(0.0, (until - (_date(headers.get("Date")) or now)).total_seconds())
    return seconds if seconds is not None and seconds <= LONGEST_S else None


def _number(text: str | None) -> float | None:
    """A plain decimal: `float` alone would take `1_0`, `1e3` and `nan` too."""
    return float(text) if text and _NUMBER.fullmatch(text) else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

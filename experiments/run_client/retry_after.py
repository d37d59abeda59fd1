"""How long a server asks to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Quotas last a month at most; what asks for more is a mistake.
LONGEST_S = 31 * 24 * 3600.0
_NUMBER = re.compile(r"\s*\d{1,15}(\.\d*)?\s*", re.ASCII)
_DURATION = re.compile(
    r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?"
    r"(?:(\d{1,9}(?:\.\d{1,9})?)ms)?",
    re.ASCII,
)
_UNITS_S = (86400.0, 3600.0, 60.0, 1.0, 0.001)


def retry_after_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds from `retry-after-ms`, or from `Retry-After` (RFC 9110, 10.2.3: seconds or a date); None where neither
    can be read.

    Looking up `headers` must ignore case. A date is measured against the answer's own `Date`, where it has one, so
    that clocks may differ; a date in the past means 0.
    """
    milliseconds = plain_number(headers.get("retry-after-ms"))
    if milliseconds is not None and milliseconds / 1000 <= LONGEST_S:
        return milliseconds / 1000
    value = headers.get("Retry-After")
    seconds = plain_number(value)
    until = _date(value) if seconds is None else None
    if until is not None:
        seconds = max(0.0, (until - (_date(headers.get("Date")) or now)).total_seconds())
    return seconds if seconds is not None and seconds <= LONGEST_S else None


def duration_s(text: str) -> float | None:
    """Seconds of a duration as Go writes it: "17s", "6m0s", "1h2m3.5s", "20ms"; None for anything else."""
    match = _DURATION.fullmatch(text.strip()) if text.strip() else None
    if match is None:
        return None
    return sum(float(part) * unit for part, unit in zip(match.groups(), _UNITS_S, strict=True) if part)


def plain_number(text: str | None) -> float | None:
    """A plain decimal: `float` alone would take `1_0`, `1e3` and `nan` too."""
    return float(text) if text and _NUMBER.fullmatch(text) else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

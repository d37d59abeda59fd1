"""Times from the address of a page or a call, which may hold any text."""

import re
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

DATE_OR_TIME = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2}([T ][0-9:.]{2,15}(Z|[+-][0-9:]{2,6})?)?)?")
"""An ISO 8601 date, its beginning, or a time: what dates are compared with as they are written."""


def datetime_of(text: str) -> datetime | None:
    """An ISO 8601 time with its zone, in UTC; None for anything else."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return in_utc(moment) if moment and moment.tzinfo else None


def in_utc(moment: datetime) -> datetime | None:
    """The same moment in UTC, because PostgreSQL rejects some offsets that Python accepts (16 hours and more).

    None where it is before the year 1 or after 9999.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None

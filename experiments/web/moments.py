"""Times in pages: in UTC as sent, in the zone of the browser once its script has run; the exact one on hover."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.core import formatting

DAY_S = 86_400
RELATIVE_DAYS = 7
"""So long a time is told by how long ago it was."""


def moment(value: datetime | None, style: str = "auto") -> SafeString:
    """A time: the hour where it is from the last 20 hours, the date too where it is older or `style` is `full`.

    Not a template of its own: a table has a hundred times.
    """
    if value is None:
        return SafeString("")
    at = timezone.localtime(value)
    recent = style == "auto" and abs((timezone.now() - value).total_seconds()) < 20 * 3600
    if recent:
        return _time(at, "time", f"{at:%H:%M:%S}")
    return _time(at, "full", f"{at:%b} {at.day}, {at.year}, {at:%H:%M}")


def since(value: datetime | None) -> SafeString:
    """How long ago; after a week the date, with the year where it is another one. It stays as the page came with it."""
    if value is None:
        return SafeString("")
    at, now = timezone.localtime(value), timezone.localtime()
    passed = (now - at).total_seconds()
    year = "" if at.year == now.year else f", {at.year}"
    shown = f"{at:%b} {at.day}{year}" if passed > RELATIVE_DAYS * DAY_S else formatting.ago(max(passed, 0))
    return _time(at, "since", shown)


def _time(at: datetime, style: str, shown: str) -> SafeString:
    exact = f"{at:%b} {at.day}, {at.year}, {at:%H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}" data-style="{}">{}</time>', at.isoformat(), exact, style, shown)

"""Times in pages: in UTC as they are sent, in the zone of the browser once its script has run."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString


def moment(value: datetime | None, style: str = "auto") -> SafeString:
    """A time: the hour where it is from the last 20 hours, the date too where it is older or `style` is `full`.

    Not a template of its own: a table has a hundred times.
    """
    if value is None:
        return SafeString("")
    at = timezone.localtime(value)
    recent = style == "auto" and abs((timezone.now() - value).total_seconds()) < 20 * 3600
    date, name = f"{at.day} {at:%b %Y}", "time" if recent else "full"
    return format_html(
        '<time datetime="{}" title="{} UTC" data-style="{}">{}</time>',
        *(at.isoformat(), f"{date} {at:%H:%M:%S}", name, f"{at:%H:%M:%S}" if recent else f"{date} {at:%H:%M}"),
    )

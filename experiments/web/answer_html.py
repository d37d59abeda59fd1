"""A value of an answer as a page shows it: lists as tags, objects as nested fields."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from experiments.core.formatting import as_text, clipped
from experiments.core.json_numbers import to_json

MAX_TAGS = 200
DEEPEST = 3
"""Objects in objects are shown as fields so far down; below that they are JSON."""
NULL = mark_safe('<span class="nil">null</span>')
EMPTY = mark_safe('<span class="nil">empty</span>')
EMPTY_LIST = mark_safe('<span class="nil">empty list</span>')


def value_as_html(value: Any, depth: int = 0) -> SafeString:
    if value is None:
        return NULL
    if value == "":
        return EMPTY
    if isinstance(value, str):
        return format_html("{}", clipped(value))
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return tags(value, MAX_TAGS)
    if isinstance(value, dict) and value and depth < DEEPEST:
        pairs = ((name, value_as_html(one, depth + 1)) for name, one in value.items())
        return format_html('<dl class="sub">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", pairs))
    if isinstance(value, dict | list):
        return format_html('<pre class="txt json">{}</pre>', clipped(as_text(value)))
    return format_html("{}", to_json(value))


def tags(values: Sequence[Any], most: int) -> SafeString:
    """The entries of a list, and how many more there are."""
    if not values:
        return format_html('<div class="tags">{}</div>', EMPTY_LIST)
    shown = format_html_join("", '<span class="tag">{}</span>', ((scalar(one) or "null",) for one in values[:most]))
    more = format_html('<span class="tag n">+{}</span>', len(values) - most) if len(values) > most else ""
    return format_html('<div class="tags">{}{}</div>', shown, more)


def scalar(value: Any) -> str | None:
    """None for null, else as a text."""
    return None if value is None else value if isinstance(value, str) else to_json(value)

"""A value of an answer as a page shows it: lists as tags, objects as nested fields."""

import re
from collections.abc import Iterable, Sequence
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


LEAST_MARKED = 2
"""Characters of a value that is marked in a message: one letter is everywhere."""
MOST_NODES = 400
OPEN_LEVELS = 2


def marked(text: str, values: Sequence[str]) -> SafeString:
    """A message with the values that it was made of marked, the longest first; a short one only as a whole word."""
    wanted = sorted({value.strip() for value in values if len(value.strip()) >= LEAST_MARKED}, key=len, reverse=True)
    patterns = [rf"(?<!\w){re.escape(value)}(?!\w)" if len(value) < 4 else re.escape(value) for value in wanted]
    if not patterns:
        return format_html("{}", text)
    parts = re.split(f"({'|'.join(patterns)})", text)
    shown = (format_html('<span class="v">{}</span>', part) if at % 2 else part for at, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in shown))


def tree_as_html(value: Any) -> SafeString:
    """JSON as a tree whose deeper parts are folded; as a text where it is very large."""
    if not isinstance(value, dict | list) or not value:
        return format_html('<pre class="msg" tabindex="0">{}</pre>', clipped(as_text(value)))
    if _nodes(value) > MOST_NODES:
        return format_html('<pre class="msg" tabindex="0">{}</pre>', clipped(as_text(value)))
    return format_html('<div class="msg tree" tabindex="0">{}</div>', _tree(value, 0))


def _nodes(value: Any) -> int:
    """How many values there are, as far as that matters."""
    found, left = 0, [value]
    while left and found <= MOST_NODES:
        one = left.pop()
        found += 1
        left += list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
    return found


def _tree(value: Any, depth: int) -> SafeString:
    pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    return format_html(
        "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_branch(name, one, depth),) for name, one in pairs))
    )


def _branch(name: Any, value: Any, depth: int) -> SafeString:
    key = format_html('<span class="k">{}:</span>', name)
    if not isinstance(value, dict | list) or not value:
        return format_html('{} <span class="v">{}</span>', key, clipped(to_json(value)))
    size = f"{len(value)} " + ("field" if isinstance(value, dict) else "item") + ("s" if len(value) != 1 else "")
    state = SafeString(" open") if depth < OPEN_LEVELS else ""
    return format_html(
        '<details{}><summary>{} <span class="muted">{}</span></summary>{}</details>',
        *(state, key, size, _tree(value, depth + 1)),
    )

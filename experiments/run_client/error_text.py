"""What a runtime says about an error, as one line for people."""

import html
import re
from typing import Any

from experiments.core.formatting import shorten

MAX_LENGTH = 500
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_KEYS = ("detail", "message", "msg", "error", "errors", "title", "reason")


def error_in_words(body: Any) -> str:
    """The explanation in the JSON of an error, "" where there is none.

    Known forms: a text; `{"detail": text}`; `{"detail": [{"loc": […], "msg": text}]}`; `{"error": …}` and
    `{"message": …}`, nested too; `{"errors": [{"code", "detail", "attr"}]}`.
    """
    return one_line(_explanation(body, depth=0))


def error_page_in_words(text: str) -> str:
    """The same for a body that is not JSON: plain text, or the text of an HTML page."""
    if "<" in text:
        text = html.unescape(_TAG.sub(" ", text))
    return one_line(text)


def one_line(text: str, length: int = MAX_LENGTH) -> str:
    """The text in one line, without anything that cannot be stored or shown, at most `length` characters long."""
    visible = "".join(char if char.isprintable() else " " for char in text[: 20 * length])
    return shorten(" ".join(visible.split()), length)


def _explanation(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth > 4:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (_explanation(item, depth + 1) for item in value[:20])))
    if isinstance(value, dict):
        explanation = next(filter(None, (_explanation(value.get(key), depth + 1) for key in _KEYS)), "")
        field = _field(value)
        return f"{field}: {explanation}" if field and explanation else explanation
    return ""


def _field(error: dict[str, Any]) -> str:
    """Which field of the request an entry of a list of errors is about."""
    loc = error.get("loc")
    if isinstance(loc, list):
        parts = [str(part) for part in loc if isinstance(part, str | int)]
        return ".".join(parts[1:] if parts[:1] == ["body"] and len(parts) > 1 else parts)
    attr = error.get("attr")
    return attr if isinstance(attr, str) else ""

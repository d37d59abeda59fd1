"""What a runtime says about an error, as one line for people.

A page may be anything, and other threads wait while it is read: the work grows with its length and not faster.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from experiments.core.formatting import shorten

MAX_LENGTH = 500
_UNSHOWN = re.compile(r"<(script|style)\b", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}
# Beyond the last character of Unicode. `html.unescape` cannot read a number of more than 4,300 digits.
_TOO_LARGE_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
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
        text = html.unescape(_TOO_LARGE_NUMBER.sub("\ufffd", " ".join(_between_tags(text))))
    return one_line(text)


def one_line(text: str, length: int = MAX_LENGTH) -> str:
    """The text in one line, without anything that cannot be stored or shown, at most `length` characters long."""
    visible = "".join(char if char.isprintable() else " " for char in text[: 20 * length])
    return shorten(" ".join(visible.split()), length)


def _between_tags(page: str) -> Iterator[str]:
    """The text of a page. A `<` that no `>` follows is text; a script without an end is no more than its tag."""
    last = page.rfind(">")
    unclosed: set[str] = set()
    at = 0
    while (start := page.find("<", at, max(last, 0))) >= 0:
        yield page[at:start]
        at = _end_of_script(page, start, unclosed) or page.index(">", start) + 1
    yield page[at:]


def _end_of_script(page: str, start: int, unclosed: set[str]) -> int | None:
    """Behind the end of the script or style sheet that begins at `start`. `unclosed`: of which none ends any more."""
    tag = _UNSHOWN.match(page, start)
    if tag is None or (name := tag[1].lower()) in unclosed:
        return None
    end = _ENDS[name].search(page, tag.end())
    if end is None:
        unclosed.add(name)
        return None
    return end.end()


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

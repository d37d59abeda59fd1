"""The cells of the grid as HTML: a page has hundreds, too many for a template each."""

import re
from collections.abc import Sequence

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from experiments.core.json_text import parse_kept
from experiments.web.answer_html import EMPTY, NULL, scalar, tags
from experiments.web.queue.columns import AnswerColumn
from experiments.web.run.detail import pairs_of

MAX_CELL = 160
"""Characters of a cell that the grid shows."""
MAX_NESTED = 600
"""Characters of a list or an object that are read for the few that are shown."""
MAX_TAGS = 2
_BREAKS = re.compile(r"(?:\r\n|\r|\n)+")
_BREAK = ' <span class="nl">↵</span> '


def in_one_line(text: str | None, search: str = "") -> SafeString:
    """A text on one line: ↵ for line breaks, · for spaces at its ends, matches of a search marked.

    Empty and null differ.
    """
    if text is None:
        return NULL
    if not text:
        return EMPTY
    core = text.strip(" ")
    lead = len(text) - len(text.lstrip(" "))
    trail = len(text) - lead - len(core)
    html = _BREAKS.sub(_BREAK, _with_marks(core, search))
    # What it is made of is escaped by `_with_marks`.
    return mark_safe(f"{_dots(lead)}{html}{_dots(trail)}")  # noqa: S308


def _dots(number: int) -> str:
    return f'<span class="sp">{"·" * number}</span>' if number else ""


def _with_marks(text: str, search: str) -> str:
    if not search:
        return escape(text)
    parts = re.split(f"({re.escape(search)})", text, flags=re.IGNORECASE)
    return "".join(f"<mark>{escape(part)}</mark>" if at % 2 else escape(part) for at, part in enumerate(parts))


def input_cells(texts: Sequence[str | None], search: str = "") -> SafeString:
    return SafeString("".join(input_cell(text, search) for text in texts))


def input_cell(text: str | None, search: str = "", place: int = 0) -> SafeString:
    """What the file has; a short line may end before it, which is empty. `place`: of a column that is pinned."""
    inner = in_one_line(text or "", search)
    return format_html('<td class="inp{}"><div class="c" dir="auto">{}</div></td>', _stuck(place), inner)


def answer_cells(columns: Sequence[AnswerColumn], texts: Sequence[str | None], search: str = "") -> SafeString:
    pairs = enumerate(zip(columns, texts, strict=True))
    return SafeString("".join(answer_cell(column, text, search, first=not at) for at, (column, text) in pairs))


def answer_cell(
    column: AnswerColumn, text: str | None, search: str, *, first: bool = False, place: int = 0
) -> SafeString:
    inner = _nested(text, search, column.members) if column.is_nested and text is not None else None
    if inner is None:
        inner = format_html('<div class="c"{}>{}</div>', SafeString(' dir="auto"'), in_one_line(text, search))
    classes = f"ans{' ans1' if first else ''}{_stuck(place)} {column.look.cell}"
    return format_html('<td class="{}" data-l="{}">{}</td>', classes, column.name, inner)


def cell_without_answer(place: int) -> SafeString:
    """Of a pinned column of the answer."""
    return format_html('<td class="ans x{}"></td>', _stuck(place))


def _stuck(place: int) -> str:
    return f" stuck s{place}" if place else ""


def extra_cells(texts: Sequence[str]) -> SafeString:
    return format_html_join("", '<td class="more"><div class="c" dir="auto">{}</div></td>', ((text,) for text in texts))


def _nested(text: str, search: str, members: Sequence[str] = ()) -> SafeString | None:
    """A list as tags, an object as its values; None where the beginning that was read is not all of it."""
    try:
        # Numbers as they came.
        value = parse_kept(text)
    except ValueError:
        return format_html('<div class="c json">{}</div>', in_one_line(text[:MAX_CELL], search))
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return tags(value, MAX_TAGS)
    values = [one for _, one in pairs_of(value, members)] if isinstance(value, dict) else [value]
    parts = [scalar(one) for one in values]
    dot = mark_safe(' <span class="muted">·</span> ')
    joined = dot.join(in_one_line(part, search) for part in parts if part is not None)
    return format_html('<div class="c json">{}</div>', mark_safe(joined) or NULL)  # noqa: S308  of escaped parts

"""Numbers, times and texts as the pages print them."""

from typing import Any, Protocol

from experiments.core.cost import in_words
from experiments.core.json_numbers import to_json

LONGEST_TEXT = 20_000
"""Characters of a text that a page shows; the API returns all of it."""


def count(number: int) -> str:
    return f"{number:,}"


def count_up_to(most: int, number: int) -> str:
    """`1,000+` above `most`; "" for none."""
    return f"{most:,}+" if number > most else f"{number:,}" if number else ""


def counted(number: int, what: str, several: str = "") -> str:
    """`1 row`, `1,204 rows`; `several` is the plural where it takes more than an s."""
    return f"{count(number)} {what}" if number == 1 else f"{count(number)} {several or f'{what}s'}"


def initials_of(first: str, last: str, name: str) -> str:
    """`AR` of Ana Ruiz; of a user without a name the first two letters of `name`, what they sign in with."""
    first, last = first.strip(), last.strip()
    return (f"{first[:1]}{last[:1]}" if first and last else (first or last or name)[:2]).upper()


def quoted(value: Any) -> str:
    """A value that a person gave, in quotes, for a sentence: on one line, with unprintable characters escaped."""
    return f"“{''.join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(value))}”"


def compact(number: float) -> str:
    """Three significant figures: `812`, `41.2 k`, `1.7 M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}" if number < 1000 * size else f"{number / size:,.0f} {letter}"
    return f"{number:.0f}"


def milliseconds(number: float) -> str:
    """`412 ms`, `6.1 s`, `2 min 5 s`."""
    if number < 1000:
        return f"{number:.0f} ms"
    return f"{number / 1000:.1f} s" if number < 60_000 else duration(number / 1000)


def size_in_words(size: int) -> str:
    """`812 bytes`, `41.2 KB`, `2 GB`: units of 1,024, as the limits are."""
    for unit, name in ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


class Used(Protocol):
    """A row, or a run."""

    input_tokens: Any
    output_tokens: Any
    cost: Any


def used_in_words(used: Used, currency: str) -> tuple[str, ...]:
    """`("1,204 tokens in", "56 tokens out", "0.0042 USD")`, without what is not known."""
    counts = ((used.input_tokens, "in"), (used.output_tokens, "out"))
    tokens = [f"{counted(number, 'token')} {way}" for number, way in counts if number is not None]
    return (*tokens, *([in_words(used.cost, currency)] if used.cost is not None else []))


def duration(seconds: float) -> str:
    """Two units at most: `45 s`, `2 min 5 s`, `26 min`, `3 h 10 min`, `2 days 4 h`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return _two(whole, 60, "min", 1, "s")
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _two(minutes, 60, "h", 1, "min")
    return _two(round(minutes / 60), 24, "days" if minutes >= 47.5 * 60 else "day", 1, "h")


def ago(seconds: float) -> str:
    """`just now`, `7 min ago`, `3 hours ago`, `yesterday`, `5 days ago`: how long since, in the largest unit."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if minutes < 1:
        return "just now"
    if hours < 1:
        return f"{minutes} min ago"
    if days < 1:
        return f"{counted(hours, 'hour')} ago"
    return "yesterday" if days == 1 else f"{days} days ago"


def _two(number: int, size: int, large: str, unit: int, small: str) -> str:
    whole, rest = divmod(number, size)
    return f"{whole} {large}" + (f" {rest // unit} {small}" if rest else "")


def as_text(value: Any) -> str:
    """A value from JSON for people: texts as they are, everything else as indented JSON."""
    return value if isinstance(value, str) else to_json(value, indent=2, fallback=str)


def shorten(text: str, length: int) -> str:
    """The text, or its beginning and an ellipsis: at most `length` characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def in_one_line(text: str, length: int) -> str:
    """The first line of a text, shortened to `length` characters; an ellipsis also says that more lines follow."""
    first, newline, _ = text.partition("\n")
    return shorten(f"{first}…" if newline else first, length)


def clipped(text: str, length: int = LONGEST_TEXT) -> str:
    """The beginning of a long text for a page, and how many characters are left out."""
    if len(text) <= length:
        return text
    return f"{text[:length]}\n… {count(len(text) - length)} more characters; the API has the whole text."

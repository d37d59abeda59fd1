"""Values as the texts and numbers in which they are compared."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from experiments.core import json_text
from experiments.core.json_numbers import MAX_EXPONENT, as_whole, exact, is_number, shortest, to_json

SPACE = re.compile(r"\s+")
LIST_SIGNS = re.compile(r"[;|\r\n]")
"""Between the values of a list in a cell; where it has none of them, commas are."""


class Cell(str):
    """What a cell of a data set says, of which only the answer can tell whether it is a text or a JSON value."""

    __slots__ = ()


def comparable_text(value: Any) -> str:
    """As the rules for texts see it: a text as it is, JSON in one spelling."""
    if isinstance(value, Cell):
        return text_of(parsed(value)) if value.lstrip()[:1] in ("{", "[") else str(value)
    return text_of(value)


def text_of(value: Any) -> str:
    """A text as it is; anything else as compact JSON with sorted keys."""
    return value if isinstance(value, str) else canonical(value)


def canonical(value: Any) -> str:
    """The same text for equal JSON values: keys sorted, 1.0 and 1e0 as 1."""
    return to_json(_plain_numbers(value), sort_keys=True, separators=(",", ":"))


def _plain_numbers(value: Any) -> Any:
    """The JSON value with each number in one spelling: whole ones as integers, others without zeros at their end."""
    if isinstance(value, float | Decimal):
        whole = as_whole(value)
        return shortest(exact(value)) if whole is value else whole
    if isinstance(value, list):
        return [_plain_numbers(inner) for inner in value]
    if isinstance(value, Mapping):
        return {key: _plain_numbers(inner) for key, inner in value.items()}
    return value


def collapsed(text: str) -> str:
    """Upper and lower case made one, runs of white space one blank (Unicode: NFKC and case folding)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return SPACE.sub(" ", folded).strip()


def normalised(text: str) -> str:
    """As `collapsed`, and without punctuation (Unicode category P) but where it belongs to a number.

    It does between two digits (1.5, 2024-01-05) and as the sign or point that begins one (-5, .5). A text of nothing
    but punctuation keeps it.
    """
    flat = collapsed(text)
    kept = [sign for at, sign in enumerate(flat) if unicodedata.category(sign)[0] != "P" or _is_in_number(flat, at)]
    return SPACE.sub(" ", "".join(kept)).strip() or flat


def _is_in_number(text: str, at: int) -> bool:
    """Whether the punctuation mark at this position belongs to a number."""
    if not text[at + 1 : at + 2].isdecimal():
        return False
    before = text[at - 1] if at else " "
    return before.isdecimal() or (text[at] in "-." and before in " -")


def number_of(value: Any) -> Decimal | None:
    """A JSON number, or a text that is one; None for anything else, true and false too."""
    if not (is_number(value) or isinstance(value, str)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT else None


def parsed(text: str) -> Any:
    """The JSON value that a text is; the text itself where it is none."""
    try:
        return json_text.parse_finite(text)
    except (ValueError, RecursionError):
        return text


def same_json(first: Any, second: Any) -> bool:
    """Deep equality of JSON values: numbers by value (1 is 1.0), true and false are no numbers, lists in order."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(same_json(value, second[key]) for key, value in first.items())
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same_json, first, second))
    if is_number(first) and is_number(second):
        return exact(first) == exact(second)
    return bool(first == second)


def values_of_list(value: Any) -> list[Any]:
    """The entries of a list; of a cell that is no JSON list, its texts between `;`, `|` or line ends, else commas.

    Any other value is a list of one.
    """
    if isinstance(value, Cell):
        found = parsed(value)
        if isinstance(found, list):
            return found
        texts = LIST_SIGNS.split(value) if LIST_SIGNS.search(value) else value.split(",")
        return [Cell(text.strip()) for text in texts if text.strip()]
    return value if isinstance(value, list) else [value]


def moment_of(value: Any) -> date | datetime | None:
    """An ISO 8601 date or moment (RFC 3339, a space for the T too); None for anything else.

    A moment is in UTC where it has a zone.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if len(text) <= len("2026-01-31"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

"""Untrusted JSON and texts: what can be stored and read back unchanged.

`json.loads` accepts NaN, turns 1e999 into infinity, fails on integers of more than 4,300 digits, keeps the last of two
equal keys and lets lone surrogates and NUL pass. A jsonb column or the next reader rejects these. `parse` marks them in
the value as `BadNumber` and `RepeatedKeys`; then `strict` raises at the first, or `cleaned` replaces them.
`parse_finite` is for values that are compared or sent on at once: it fails at the first bad number. `parse_kept` reads
what was stored.

Numbers are read by `json_numbers`, which writes them too.
"""

import json
import re
from decimal import Decimal
from functools import cache
from operator import is_
from typing import Any

from experiments.core.formatting import shorten
from experiments.core.json_numbers import kept_number

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""PostgreSQL stores neither NUL nor half of a surrogate pair, in `text` or in `jsonb`."""

UNREAD_CHARS = 2_000
"""Characters that are kept of what could not be read."""
MAX_INTEGER_DIGITS = 4000
MAX_DEPTH = 100
MAX_READ_DEPTH = 500
"""Levels that are read at all. Each Python can, whatever it calls too deep itself; more is refused by all alike."""
MAX_LITERAL = 41  # characters of a bad number that are kept, with the ellipsis
MAX_STEP = 100  # characters of a key in the place that a message names
_TOKEN = re.compile(r'"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[{}\[\],]')
"""What changes where one is in a JSON text."""
TOO_DEEP = "(nested too deeply)"


class BadPayload(Exception):
    """The value cannot be stored unchanged. The message names the place and what is wrong with it."""


class BadNumber:
    """A number that cannot be kept (NaN, infinite or too long); `literal` is its text, shortened."""

    def __init__(self, literal: str) -> None:
        self.literal = shorten(literal, MAX_LITERAL)


class RepeatedKeys(dict[str, Any]):
    """An object in which the keys `repeated` occur more than once."""

    repeated: frozenset[str]


def parse(text: str) -> Any:
    """Reads JSON and marks what cannot be stored.

    ValueError where it is not JSON, RecursionError where it is nested too deeply to be read.
    """
    value = json.loads(
        text, parse_constant=BadNumber, parse_float=_float, parse_int=_integer, object_pairs_hook=_object
    )
    return read_within(text, value)


def parse_finite(text: str) -> Any:
    """As `json.loads`, but ValueError for NaN, infinities and numbers that cannot be kept.

    Not `strict(parse(text))`: it allows equal keys and NUL, as the API does for fields that check their own texts.
    """

    def refuse_constant(name: str) -> None:
        raise ValueError(f"{name} is not a JSON number")

    def finite(literal: str) -> float | Decimal:
        number = _float(literal)
        if isinstance(number, BadNumber):
            raise ValueError(f"the number {number.literal} cannot be kept")
        return number

    return read_within(text, json.loads(text, parse_constant=refuse_constant, parse_float=finite))


def read_within(text: str, value: Any, most: int = MAX_READ_DEPTH) -> Any:
    """`value`, which was read from `text`. RecursionError where it has more than `most` levels."""
    if text.count("[") + text.count("{") <= most:
        return value
    depth, level = 0, [value]
    # A level at a time: nothing here is as deep as the value.
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > most:
            raise RecursionError(f"nested more than {most} levels deep")
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return value


def path_at(text: str, position: int) -> tuple[str | int, ...]:
    """The keys and indexes that lead to a position of a JSON text, which need not be JSON behind it."""
    path: list[str | int | None] = []
    is_key = False
    for token in _TOKEN.finditer(text, 0, position):
        sign = token[0]
        if sign in "{[":
            path.append(0 if sign == "[" else None)
        elif sign in "}]":
            del path[-1:]
        elif sign == "," and path and isinstance(path[-1], int):
            path[-1] += 1
        elif is_key and path and not isinstance(path[-1], int) and sign[0] == '"':
            path[-1] = json.loads(sign, strict=False)
        is_key = sign in "{,"
    return tuple(step for step in path if step is not None)


class ExactDecoder(json.JSONDecoder):
    """`json.JSONDecoder` that reads numbers as they are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": _float})


def parse_kept(text: str | bytes) -> Any:
    """Reads JSON that was stored. What was stored can be kept."""
    return _exact_decoder().decode(text if isinstance(text, str) else text.decode())


@cache
def _exact_decoder() -> ExactDecoder:
    """One for all: to make one takes longer than to read a row's JSON with it."""
    return ExactDecoder()


def is_storable(text: str) -> bool:
    # Most texts are plain, and the search for one character is many times faster.
    return "\0" not in text if text.isascii() else UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """`text` with U+FFFD in place of each character that cannot be stored."""
    return text if is_storable(text) else UNSTORABLE.sub("\ufffd", text)


def beginning(text: str) -> str:
    """What is kept of a text that could not be read."""
    return storable(text[:UNREAD_CHARS])


def strict(value: Any, path: str = "the payload", depth: int = 0) -> Any:
    """The value itself. BadPayload at the first thing that cannot be stored and read back unchanged."""
    if depth > MAX_DEPTH:
        raise BadPayload(f"{path[:200]} is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        if not is_storable(value):
            raise BadPayload(f"{path} contains {_unstorable(value)}")
    elif isinstance(value, BadNumber):
        raise BadPayload(f"{path} is {value.literal}, which is not a number that can be kept")
    elif isinstance(value, RepeatedKeys):
        raise BadPayload(f"{path} has the key {min(value.repeated)!r} twice")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not is_storable(key):
                raise BadPayload(f"a key of {path} contains {_unstorable(key)}")
            strict(inner, _below(path, f".{key[:MAX_STEP]}"), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            strict(inner, _below(path, f"[{index}]"), depth + 1)
    return value


def cleaned(value: Any, depth: int = 0) -> Any:
    """The value made storable: bad numbers become their texts, bad characters U+FFFD.

    What needs no cleaning is the same object, not a copy of it.
    """
    kind = type(value)
    if kind is str:
        return storable(value)
    if kind is BadNumber:
        return value.literal
    if isinstance(value, dict):
        if depth > MAX_DEPTH:
            return TOO_DEEP
        made = {storable(key): cleaned(inner, depth + 1) for key, inner in value.items()}
        same = kind is dict and len(made) == len(value) and all(map(is_, made, value))
        return value if same and all(map(is_, made.values(), value.values())) else made
    if kind is list:
        if depth > MAX_DEPTH:
            return TOO_DEEP
        items = [cleaned(inner, depth + 1) for inner in value]
        return value if all(map(is_, items, value)) else items
    return value


def _below(path: str, step: str) -> str:
    """A long path is long enough: each of many values in it would get a copy."""
    return path + step if len(path) < MAX_STEP else path


def _unstorable(text: str) -> str:
    return "a NUL character" if UNSTORABLE.search(text)[0] == "\x00" else "half of a surrogate pair"  # type: ignore[index]


def _float(literal: str) -> float | Decimal | BadNumber:
    number = kept_number(literal)
    return BadNumber(literal) if number is None else number


def _integer(literal: str) -> int | BadNumber:
    return int(literal) if len(literal) <= MAX_INTEGER_DIGITS else BadNumber(literal)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    marked = RepeatedKeys(plain)
    marked.repeated = frozenset(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return marked

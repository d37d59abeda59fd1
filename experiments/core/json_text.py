"""JSON and texts from strangers: what can be stored and read back unchanged.

`json.loads` takes NaN, turns 1e999 into infinity, fails on integers of more than 4,300 digits, keeps the last of two
equal keys and passes lone surrogates and NUL, none of which a jsonb column or the next reader can take. `parse` keeps
what is bad in the tree as a `BadNumber` or a `RepeatedKeys`, until `strict` refuses it or `cleaned` makes it harmless.
`loads` is for values that we compare or send on at once, and fails at the first bad number.
"""

import json
import math
import re
from typing import Any

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""PostgreSQL takes neither NUL nor half of a surrogate pair, in `text` and `jsonb` alike."""

MAX_INTEGER_DIGITS = 4000
MAX_DEPTH = 100
TOO_DEEP = "(nested too deeply)"


class BadPayload(Exception):
    """What is wrong with a payload, as the end of a sentence that begins with its place."""


class BadNumber:
    def __init__(self, literal: str) -> None:
        self.literal = literal if len(literal) <= 40 else f"{literal[:40]}…"


class RepeatedKeys(dict[str, Any]):
    """An object in which `repeated` keys came more than once."""

    repeated: frozenset[str]


def parse(text: str) -> Any:
    """Reads JSON. Raises ValueError where it is none, RecursionError where it is nested beyond what can be read."""
    return json.loads(text, parse_constant=BadNumber, parse_float=_float, parse_int=_integer, object_pairs_hook=_object)


def strict(value: Any, path: str = "the payload", depth: int = 0) -> Any:
    """The value as it is. Raises BadPayload at the first thing that cannot be stored and read back unchanged."""
    if depth > MAX_DEPTH:
        raise BadPayload(f"{path[:200]} is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        _refuse_unstorable(value, path)
    elif isinstance(value, BadNumber):
        raise BadPayload(f"{path} is {value.literal}, which is not a number that can be kept")
    elif isinstance(value, RepeatedKeys):
        raise BadPayload(f"{path} has the key {min(value.repeated)!r} twice")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key, f"a key of {path}")
            strict(inner, f"{path}.{key}" if len(path) < 100 else path, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            strict(inner, f"{path}[{index}]" if len(path) < 100 else path, depth + 1)
    return value


def cleaned(value: Any, depth: int = 0) -> Any:
    """The value with everything replaced that cannot be stored; bad numbers become texts, bad characters U+FFFD."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, BadNumber):
        return value.literal
    if isinstance(value, dict | list) and depth > MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        return {storable(key): cleaned(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner, depth + 1) for inner in value]
    return value


def _refuse_unstorable(text: str, path: str) -> None:
    found = UNSTORABLE.search(text)
    if found:
        name = "a NUL character" if found.group() == "\x00" else "half of a surrogate pair"
        raise BadPayload(f"{path} contains {name}")


def _float(literal: str) -> float | BadNumber:
    number = float(literal)
    return number if math.isfinite(number) else BadNumber(literal)


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


def storable(text: str) -> str:
    """`text` with U+FFFD in place of each character that cannot be stored."""
    return UNSTORABLE.sub("\ufffd", text)


def loads(text: str) -> Any:
    """As `json.loads`; NaN, infinities and numbers that are too large for a float are a ValueError."""
    return json.loads(text, parse_constant=_no_constant, parse_float=_finite)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number

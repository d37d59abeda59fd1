"""Texts that fit a pattern, as far as they can be read off it."""

import re
import warnings
from collections.abc import Iterator
from typing import Any

from experiments.response_schema.patterns import matches

MOST = 10_000  # characters of a text


class _Unknown(Exception):
    """The pattern says something that is not read here."""


def texts_of_pattern(pattern: str, shortest: int = 0) -> Iterator[str]:
    """Texts that fit, none twice; none where the pattern is not understood."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]
    except (re.error, RecursionError, OverflowError):
        return
    seen = set()
    for more in (0, 1, shortest, 2 * shortest):
        for turn in range(10):
            try:
                text = "".join(_pieces(parsed, more, turn))
            except (_Unknown, RecursionError):
                return
            for made in (text, text.ljust(shortest, "x")):
                if made not in seen and len(made) <= MOST and matches(pattern, made):
                    seen.add(made)
                    yield made


def _pieces(parsed: Any, more: int, turn: int) -> Iterator[str]:
    for said, of in parsed:
        name = str(said)
        if name == "LITERAL":
            yield chr(of)
        elif name == "NOT_LITERAL":
            yield next(one for one in "xy" if ord(one) != of)
        elif name == "ANY":
            yield "x"
        elif name == "IN":
            yield _one_of(of, turn)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = of
            times = min(int(most), max(int(least), more))
            if times > MOST:
                raise _Unknown
            yield "".join(_pieces(inner, 0, turn)) * times
        elif name == "SUBPATTERN":
            yield from _pieces(of[3], more, turn)
        elif name == "BRANCH":
            branches = of[1]
            yield from _pieces(branches[turn % len(branches)], more, turn)
        elif name != "AT":
            raise _Unknown


def _one_of(parts: Any, turn: int) -> str:
    """A character of a class like `[a-z0-9]`."""
    if str(parts[0][0]) == "NEGATE":
        inside = parts[1:]
        return next((one for one in "xy1- Zé" if not any(_is_in(one, part) for part in inside)), "x")
    name, of = parts[turn % len(parts)]
    match str(name):
        case "LITERAL":
            return chr(of)
        case "RANGE":
            return chr(min(of[0] + turn, of[1]))
    return next((one for one in ("1", "x", " ", "-") if _is_in(one, (name, of))), "x")


def _is_in(character: str, part: Any) -> bool:
    name, of = str(part[0]), part[1]
    if name == "LITERAL":
        return ord(character) == of
    if name == "RANGE":
        return bool(of[0] <= ord(character) <= of[1])
    in_class = {
        "CATEGORY_DIGIT": character.isdigit(),
        "CATEGORY_NOT_DIGIT": not character.isdigit(),
        "CATEGORY_SPACE": character.isspace(),
        "CATEGORY_NOT_SPACE": not character.isspace(),
        "CATEGORY_WORD": character.isalnum() or character == "_",
        "CATEGORY_NOT_WORD": not (character.isalnum() or character == "_"),
    }
    return in_class.get(str(of), False)

"""Values that are meant rightly and written otherwise than a schema wants: a choice in capitals, a number as a text.

    >>> tolerance({"properties": {"urgent": {"type": "integer"}}})({"urgent": "7"})
    ({'urgent': 7}, [{'path': 'urgent', 'from': '7', 'to': 7}])

Nothing is guessed: a choice must be the only one that differs in nothing but case and blanks, a number must be all of
the text and stay exactly the same number. A date may have midnight behind it, as JavaScript writes dates, in UTC or
without a zone; any other time, or midnight elsewhere, may mean another day.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any, TypedDict

from experiments.core.choices import FieldType
from experiments.core.json_numbers import as_whole
from experiments.response_schema.answers import (
    VALUES_LIMIT,
    Validate,
    checker_of,
    has_more_values,
    most_comparisons,
    validator,
)
from experiments.response_schema.formats import is_date
from experiments.response_schema.plain import plain
from experiments.response_schema.wording import place

LARGEST_WHOLE = 2**53
"""Nobody writes larger ones with a point or an exponent and means a whole number."""
LONGEST_NUMBER = 40
"""Characters of a text that may be a number."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[Tt ]00:00(?::00(?:\.0{1,9})?)?(?:[Zz]|[+-]00:00)?)?", re.ASCII)
_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}
_BOOLEANS = {"true": True, "false": False}


class _NoValue:
    pass


NO_VALUE = _NoValue()


# As it is stored and sent: `from` is a keyword of Python.
Change = TypedDict("Change", {"path": str, "from": Any, "to": Any})
"""One value that was changed: where it is, as in `order.lines[0].count`, and what it was and is."""

Tolerate = Callable[[dict[str, Any]], tuple[dict[str, Any], list[Change]]]


def tolerance(schema: Mapping[str, Any]) -> Tolerate:
    """A function from an answer to what it means, and what was changed for that. The answer itself stays as it is.

    `schema` is a checked one. Values that cannot be understood stay, and so does an answer with too many values to be
    compared: whoever checks it afterwards says what is wrong.
    """
    schema = plain(schema)
    part = _Part(schema)
    most = VALUES_LIMIT // most_comparisons(schema)

    def tolerate(answer: dict[str, Any]) -> tuple[dict[str, Any], list[Change]]:
        if has_more_values(answer, most):
            return answer, []
        changes: list[Change] = []
        meant = part.meant(answer, (), changes)
        return (meant, changes) if changes else (answer, [])

    return tolerate


class _Part:
    """A part of a schema, prepared for many values."""

    def __init__(self, schema: Any) -> None:
        given: Mapping[str, Any] = schema if isinstance(schema, Mapping) else {}
        types = given.get("type", ())
        self.types = {types} if isinstance(types, str) else set(types)
        self.choices = [given["const"]] if "const" in given else list(given.get("enum", ()))
        self.has_choices = "const" in given or "enum" in given
        self.is_date = given.get("format") == FieldType.DATE
        self.properties = {name: _Part(part) for name, part in given.get("properties", {}).items()}
        self.others = _Part(given["additionalProperties"]) if "additionalProperties" in given else None
        self.items = _Part(given["items"]) if "items" in given else None
        self.alternatives = [(_Part(part), checker_of(part)) for part in given.get("anyOf", ())]

    def meant(self, value: Any, path: tuple[str | int, ...], changes: list[Change]) -> Any:
        """What `value` means here; each change is added to `changes`."""
        if self.alternatives:
            return self._meant_by_one(value, path, changes)
        if isinstance(value, dict):
            return {name: self._below(name, inner, path, changes) for name, inner in value.items()}
        if isinstance(value, list):
            items = self.items
            return (
                value
                if items is None
                else [items.meant(inner, (*path, index), changes) for index, inner in enumerate(value)]
            )
        meant = self._single(value)
        if meant is NO_VALUE:
            return value
        changes.append({"path": place(path)[1:-1], "from": value, "to": meant})
        return meant

    def _below(self, name: str, value: Any, path: tuple[str | int, ...], changes: list[Change]) -> Any:
        part = self.properties.get(name, self.others)
        return value if part is None else part.meant(value, (*path, name), changes)

    def _meant_by_one(self, value: Any, path: tuple[str | int, ...], changes: list[Change]) -> Any:
        """By the only alternative that the value can be changed to satisfy; as it is where it satisfies one."""
        if any(checker.is_valid(value) for _, checker in self.alternatives):
            return value
        found: list[tuple[Any, list[Change]]] = []
        for part, checker in self.alternatives:
            made: list[Change] = []
            meant = part.meant(value, path, made)
            if made and checker.is_valid(meant):
                found.append((meant, made))
        if len(found) != 1:
            return value
        changes += found[0][1]
        return found[0][0]

    def _single(self, value: Any) -> Any:
        """What a text, number, boolean or null means, where that is another value; else `NO_VALUE`."""
        if self.has_choices:
            return self._choice(value)
        if isinstance(value, float | Decimal):
            meant = as_whole(value)
            is_whole = isinstance(meant, int) and abs(meant) < LARGEST_WHOLE
            is_whole = is_whole and self.types & _NUMBERS == {FieldType.INTEGER}
            return meant if is_whole else NO_VALUE
        if not isinstance(value, str):
            return NO_VALUE
        if FieldType.STRING in self.types:
            return _date(value) if self.is_date else NO_VALUE
        meant = list(_meanings(value, self.types))
        return meant[0] if len(meant) == 1 else NO_VALUE

    def _choice(self, value: Any) -> Any:
        if any(_is_same(value, choice) for choice in self.choices):
            return NO_VALUE
        if not isinstance(value, str):
            return NO_VALUE
        bare = _bare(value)
        fitting = [choice for choice in self.choices if isinstance(choice, str) and _bare(choice) == bare]
        if not fitting:
            others = list(_meanings(value, {FieldType.NUMBER, FieldType.BOOLEAN}))
            fitting = [choice for choice in self.choices if any(_is_same(choice, meant) for meant in others)]
        return fitting[0] if len(fitting) == 1 else NO_VALUE


def _meanings(text: str, types: AbstractSet[str]) -> Iterator[Any]:
    """What `text` may mean as a value of one of these types."""
    bare = text.strip()
    if types & _NUMBERS and len(bare) <= LONGEST_NUMBER and _NUMBER.fullmatch(bare):
        number = Decimal(bare)
        if number == number.to_integral_value() and abs(number) < 10**LONGEST_NUMBER:
            yield int(number)
        elif FieldType.NUMBER in types and Decimal(repr(float(bare))) == number:
            yield float(bare)
    if FieldType.BOOLEAN in types and bare.lower() in _BOOLEANS:
        yield _BOOLEANS[bare.lower()]


def _date(text: str) -> Any:
    found = _DATE.fullmatch(text.strip())
    return found[1] if found and found[1] != text and is_date(found[1]) else NO_VALUE


def _bare(text: str) -> str:
    """Without what does not count: case and blanks."""
    return "".join(text.split()).casefold()


def _is_same(value: Any, other: Any) -> bool:
    """As JSON compares: true is not 1."""
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def checked_as_meant(schema: Mapping[str, Any], *, tolerant: bool) -> Validate:
    """A function that says what is wrong with an answer: where `tolerant`, with what it means."""
    validate = validator(schema)
    if not tolerant:
        return validate
    tolerate = tolerance(schema)

    def check(answer: Any) -> str | None:
        return validate(tolerate(answer)[0] if isinstance(answer, dict) else answer)

    return check

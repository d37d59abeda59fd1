"""A response field in one line, for a command line.

    topic                                 a text
    sentiment:choice(positive,negative)   one of some texts
    score:integer(1..5)?                  a number in bounds; ? where it may be missing
    tags:list(string)                     a list, of choices or numbers too
    order:object(no:string,price:number(0..))
    topic:string=What the mail is about   with a description, which is the rest of the line

Names are quoted where they have one of the signs: `"a:b":string`, `choice("yes, please",no)`.
"""

import re
from collections.abc import Iterator
from typing import Any

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted

Json = dict[str, Any]

CHOICE = "choice"
REQUIRED, OPTIONAL = "!", "?"
TYPES = (CHOICE, *FieldType.values())
_TYPE = re.compile(r"\s*([a-z-]+)\s*(?:\((.*)\))?\s*([!?]?)\s*", re.DOTALL)
_NUMBER = r"-?\d+(?:\.\d+)?"
_BOUNDS = re.compile(rf"\s*({_NUMBER})?\s*\.\.\s*({_NUMBER})?\s*")
_BOUND_KEYS = {
    FieldType.STRING: ("min_length", "max_length"),
    FieldType.NUMBER: ("minimum", "maximum"),
    FieldType.INTEGER: ("minimum", "maximum"),
}


def field_of_text(text: str) -> Json:
    """As the API takes a field. `InvalidInput` where the line can't be read; the rest is checked with all fields."""
    head, description = _cut(text, "=")
    name, rest = _cut(head, ":")
    field = {"name": _unquoted(name), **(_typed(rest, text) if rest is not None else {"type": FieldType.STRING})}
    if not field["name"]:
        raise _wrong(text, "it has no name")
    return field | ({"description": description.strip()} if description else {})


def _typed(text: str, whole: str) -> Json:
    found = _TYPE.fullmatch(text)
    if not found or found[1] not in TYPES:
        raise _wrong(whole, f"{quoted(text.strip())} isn’t one of {', '.join(TYPES)}")
    word, inside, mark = found.groups()
    if word == CHOICE:
        made: Json = {"type": FieldType.STRING, "choices": [_unquoted(one) for one in _parts(inside or "", ",")]}
        if not all(made["choices"]):
            raise _wrong(whole, "a choice needs texts, such as choice(yes,no)")
    else:
        made = {"type": FieldType(word), **(_inside(FieldType(word), inside, whole) if inside is not None else {})}
    return made | ({"required": mark == REQUIRED} if mark else {})


def _inside(kind: FieldType, text: str, whole: str) -> Json:
    """What is in the parentheses behind a type."""
    if kind == FieldType.LIST:
        return {"items": _typed(text, whole)}
    if kind == FieldType.OBJECT:
        return {"fields": [field_of_text(one) for one in _parts(text, ",")]}
    bounds = _BOUNDS.fullmatch(text)
    if kind not in _BOUND_KEYS or not bounds or not any(bounds.groups()):
        raise _wrong(whole, f"({text}) can’t follow {kind}")
    both = zip(_BOUND_KEYS[kind], bounds.groups(), strict=True)
    return {key: float(number) if "." in number else int(number) for key, number in both if number}


def _cut(text: str, sign: str) -> tuple[str, str | None]:
    """At the first such sign outside of quotes and parentheses; None where there is none."""
    at = next(_places(text, sign), None)
    return (text, None) if at is None else (text[:at], text[at + 1 :])


def _parts(text: str, sign: str) -> list[str]:
    ends = [*_places(text, sign), len(text)]
    return [text[start:end] for start, end in zip([0, *(end + 1 for end in ends)], ends, strict=False)]


def _places(text: str, sign: str) -> Iterator[int]:
    depth, is_quoted = 0, False
    for place, one in enumerate(text):
        if one == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            if one == sign and not depth:
                yield place
            depth += (one == "(") - (one == ")")


def _unquoted(text: str) -> str:
    plain = text.strip()
    return plain[1:-1] if len(plain) > 1 and plain[0] == plain[-1] == '"' else plain


def _wrong(text: str, why: str) -> InvalidInput:
    return InvalidInput(f"Couldn’t read the field {quoted(text)}: {why}.", code=ErrorCode.INVALID_FIELD, attr="field")

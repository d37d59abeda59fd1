"""Schemas and values as English words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.core.formatting import shorten

SHOWN_CHARACTERS = 81  # of a value in a message, with the ellipsis
SHOWN_CHOICES = 20

TYPE_WORDS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
    "object": "an object",
    "array": "a list",
}

BOUND_WORDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def place(path: Iterable[str | int]) -> str:
    """`"address.lines[0]"`, or "" for the whole."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return f'"{shorten(text, SHOWN_CHARACTERS)}"' if text else ""


def wanted(schema: Any) -> str:
    """What a schema asks for: `a number or null`."""
    return " or ".join(alternatives(schema))


def alternatives(schema: Any) -> list[str]:
    """What a schema allows, one entry for each alternative: `["a number", "null"]`."""
    if not isinstance(schema, Mapping):
        return ["any value" if schema else "there"]
    if "anyOf" in schema:
        return list(dict.fromkeys(words for part in schema["anyOf"] for words in alternatives(part)))
    if "enum" in schema:
        return [f"one of {choices(schema['enum'])}"]
    if "const" in schema:
        return [show(schema["const"])]
    types = schema.get("type", [])
    return [TYPE_WORDS[name] for name in ([types] if isinstance(types, str) else types)] or ["any value"]


def kind(value: Any) -> str:
    """What an answer is that is not an object."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a number"


def choices(values: Sequence[Any]) -> str:
    shown = [value if isinstance(value, str) else show(value) for value in values[:SHOWN_CHOICES]]
    more = [f"{len(values) - SHOWN_CHOICES:,} more"] if len(values) > SHOWN_CHOICES else []
    return ", ".join(shorten(text, SHOWN_CHARACTERS) for text in shown + more)


def show(value: Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False, default=str), SHOWN_CHARACTERS)

"""Schemas and values as English words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.core.formatting import shorten
from experiments.core.json_numbers import to_json
from experiments.response_schema.field_types import FORMAT_WORDS, traits_of_schema

SHOWN_CHARACTERS = 81  # of a value in a message, with the ellipsis
SHOWN_CHOICES = 20

NULL_WORDS = "null"


def place(path: Iterable[str | int]) -> str:
    """`"address.lines[0]"`, or "" for the whole."""
    text = ""
    for part in path:
        # A key may have megabytes, and many values in it a message each.
        name = part if isinstance(part, int) else part[: SHOWN_CHARACTERS + 1]
        text += f"[{name}]" if isinstance(name, int) else f".{name}" if text else name
        if len(text) > SHOWN_CHARACTERS:
            break
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
    words = [words_of_type(schema, name) for name in ([types] if isinstance(types, str) else types)]
    return words or ["any value"]


def words_of_type(schema: Mapping[str, Any], json_type: str) -> str:
    """`json_type` is one of the types that the schema allows."""
    traits = traits_of_schema(schema, json_type)
    if traits is None:
        return NULL_WORDS
    return FORMAT_WORDS.get(schema.get("format"), traits.words) if traits.is_text else traits.words


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
    return shorten(to_json(value, fallback=str), SHOWN_CHARACTERS)

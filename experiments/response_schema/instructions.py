"""How to ask an agent for an answer, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.core.json_numbers import to_json
from experiments.core.schema_words import limits_in_words
from experiments.response_schema.answers import checker_of
from experiments.response_schema.plain import plain
from experiments.response_schema.wording import NULL_WORDS, alternatives

INDENT = "  "


def guidance(schema: Mapping[str, Any]) -> str:
    """Instructions for the agent that answers, to be sent beside the schema (`respond_payload_guidance`)."""
    schema = plain(schema)
    if not schema.get("properties"):
        return "Answer with one JSON object and nothing else."
    return "\n".join(
        [
            "Answer with one JSON object and nothing else, with these keys:",
            *_key_lines(schema, ""),
            "Give the values themselves. Do not repeat the schema.",
        ]
    )


def _key_lines(schema: Mapping[str, Any], indent: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        yield from instruction_lines(name, part, name in required, indent)


def instruction_lines(name: str, schema: Any, required: bool, indent: str = "") -> Iterator[str]:
    """A line for the key, and further ones for the keys of objects in it."""
    takes_null = checker_of(schema).is_valid(None)
    otherwise = "null" if takes_null else "left out"
    duty = "required" if required else f"{otherwise} where there is nothing to say"
    if required and takes_null:
        duty = "required, null where there is nothing to say"
    description = schema.get("description", "") if isinstance(schema, Mapping) else ""
    asked, inside = wanted_in_full(schema), _object_in(schema)
    if inside is not None:
        asked = f"{asked} with the keys below"
    yield f'{indent}- "{name}" ({duty}): {asked}.' + (f" {description}" if description else "")
    if inside is not None:
        yield from _key_lines(inside, indent + INDENT)


def _object_in(schema: Any) -> Mapping[str, Any] | None:
    """The object that a part of a schema asks for, or of which it asks for lists; None where it has no keys."""
    while isinstance(schema, Mapping):
        if "anyOf" in schema:
            found = [inner for part in schema["anyOf"] if (inner := _object_in(part)) is not None]
            return found[0] if len(found) == 1 else None
        if schema.get("properties"):
            return schema
        schema = schema.get("items")
    return None


def wanted_in_full(schema: Any) -> str:
    """As `wanted`, but with every choice, quoted as JSON, with its limits, and without null, which is said already."""
    if not isinstance(schema, Mapping):
        return " or ".join(alternatives(schema))
    if "enum" in schema:
        return "one of " + ", ".join(to_json(value) for value in schema["enum"] if value is not None)
    if "anyOf" in schema:
        asked = [wanted_in_full(part) for part in schema["anyOf"]]
        return " or ".join(dict.fromkeys(words for words in asked if words != NULL_WORDS)) or NULL_WORDS
    allowed = alternatives(schema)
    words = " or ".join(allowed[:-1] if len(allowed) > 1 and allowed[-1] == NULL_WORDS else allowed)
    said = ", ".join([words, *limits_in_words(schema)])
    types = schema.get("type", ())
    if "array" not in ([types] if isinstance(types, str) else types) or "items" not in schema:
        return said
    entry = schema["items"]
    described = entry.get("description", "") if isinstance(entry, Mapping) else ""
    return f"{said}, each entry {wanted_in_full(entry)}" + (f" ({described})" if described else "")

"""How to ask an agent for an answer: instructions and an example."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.core.json_numbers import exact, to_json
from experiments.response_schema.answers import checker_of
from experiments.response_schema.field_types import traits_of_schema
from experiments.response_schema.wording import NULL_WORDS, alternatives


def guidance(schema: Mapping[str, Any]) -> str:
    """Instructions for the agent that answers, to be sent beside the schema (`respond_payload_guidance`)."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    if not properties:
        return "Answer with one JSON object and nothing else."
    lines = [instruction_line(name, part, name in required) for name, part in properties.items()]
    return "\n".join(
        [
            "Answer with one JSON object and nothing else, with these keys:",
            *lines,
            "Give the values themselves. Do not repeat the schema.",
        ]
    )


def instruction_line(name: str, schema: Any, required: bool) -> str:
    takes_null = checker_of(schema).is_valid(None)
    otherwise = "null" if takes_null else "left out"
    duty = "required" if required else f"{otherwise} where there is nothing to say"
    description = schema.get("description", "") if isinstance(schema, Mapping) else ""
    return f'- "{name}" ({duty}): {wanted_in_full(schema)}.' + (f" {description}" if description else "")


def wanted_in_full(schema: Any) -> str:
    """As `wanted`, but with every choice, quoted as JSON, and without null, which the instruction says already."""
    if isinstance(schema, Mapping) and "enum" in schema:
        return "one of " + ", ".join(to_json(value) for value in schema["enum"] if value is not None)
    allowed = alternatives(schema)
    return " or ".join(allowed[:-1] if len(allowed) > 1 and allowed[-1] == NULL_WORDS else allowed)


def example(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An answer that satisfies a checked schema and has every property; always the same (`respond_payload_example`)."""
    properties = schema.get("properties", {})
    asked = [*properties, *(name for name in schema.get("required", ()) if name not in properties)]
    extra = schema.get("additionalProperties", True)
    return {name: _sample(properties.get(name, extra)) for name in asked}


def _sample(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return "text"
    if "anyOf" in schema:
        return next((value for value in map(_sample, schema["anyOf"]) if value is not None), None)
    candidates = _candidates(schema)
    checker = checker_of(schema)
    return next((value for value in candidates if checker.is_valid(value)), None)


def _candidates(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values to try, the likeliest first."""
    if "const" in schema:
        yield schema["const"]
    yield from (choice for choice in schema.get("enum", ()) if choice is not None)
    types = schema.get("type", "string")
    for name in [types] if isinstance(types, str) else types:
        if traits := traits_of_schema(schema, name):
            yield traits.example
        match name:
            case "string":
                yield _sample_text(schema)
            case "number" | "integer":
                yield from _sample_numbers(schema)
            case "array":
                yield [_sample(schema.get("items", True))] if schema.get("maxItems", 1) else []
            case "object":
                yield example(schema)


def _sample_text(schema: Mapping[str, Any]) -> str:
    shortest = int(schema.get("minLength", 0))
    text = "text" if shortest <= 4 else ("text " * (shortest // 5 + 1))[:shortest]
    return text[: int(schema.get("maxLength", len(text)))]


def _sample_numbers(schema: Mapping[str, Any]) -> Iterator[Any]:
    yield from (1, 0)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    for bound, step in ((low, 1), (high, -1)):
        if bound is not None:
            yield from (bound, int(bound), int(bound) + step, bound + step)
    if low is not None and high is not None:
        middle = (exact(low) + exact(high)) / 2
        yield from (float(middle), middle)

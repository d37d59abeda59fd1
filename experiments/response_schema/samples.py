"""A value that a schema takes, always the same."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from itertools import islice
from typing import Any

from experiments.core.choices import FieldType, TextFormat
from experiments.core.json_numbers import PRECISION, as_whole, exact
from experiments.response_schema.answers import checker_of, first_repeat
from experiments.response_schema.field_types import traits_of_schema
from experiments.response_schema.pattern_samples import texts_of_pattern
from experiments.response_schema.plain import plain

MOST_TRIED = 1_000
OF_FORMATS: dict[Any, str] = {TextFormat.EMAIL: "name@example.org", TextFormat.URI: "https://example.org/"}


def example(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An answer that satisfies a checked schema and has every property (`respond_payload_example`)."""
    return _object(plain(schema))


def _object(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    asked = [*properties, *(name for name in schema.get("required", ()) if name not in properties)]
    extra = schema.get("additionalProperties", True)
    return {name: sample(properties.get(name, extra)) for name in asked}


def sample(schema: Any) -> Any:
    """A value of a part of a schema; None where none was found, or where only null is one."""
    return next(samples(schema), None)


def samples(schema: Any) -> Iterator[Any]:
    """Different values of a part of a schema, the likeliest first; without null."""
    if not isinstance(schema, Mapping):
        yield "text"
    elif "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from samples(part)
    else:
        checker = checker_of(schema)
        for value in islice(_candidates(schema), MOST_TRIED):
            if value is not None and checker.is_valid(value):
                yield value


def _candidates(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values to try, the likeliest first."""
    yield from schema.get("examples", ())
    if "const" in schema:
        yield schema["const"]
    yield from schema.get("enum", ())
    types = schema.get("type", FieldType.STRING)
    for name in [types] if isinstance(types, str) else types:
        yield from _of_type(schema, name)


def _of_type(schema: Mapping[str, Any], json_type: str) -> Iterator[Any]:
    traits = traits_of_schema(schema, json_type)
    if traits is None:
        return
    if traits.is_nested:
        yield from [_object(schema)] if isinstance(traits.example, dict) else [_list(schema)]
        return
    if schema.get("format") not in OF_FORMATS and "pattern" not in schema:
        yield traits.example
    yield from traits.values
    yield from _texts(schema) if traits.is_text else _numbers(schema)


def _list(schema: Mapping[str, Any]) -> list[Any]:
    """One entry, or as many as there must be."""
    least = max(1, int(schema.get("minItems", 1)))
    wanted = min(least, int(schema.get("maxItems", least)))
    if not schema.get("uniqueItems"):
        found = [sample(schema.get("items", True))]
        return found * wanted
    entries: list[Any] = []
    for value in islice(_different(schema.get("items", True)), MOST_TRIED):
        if len(entries) == wanted:
            break
        if first_repeat([*entries, value]) is None:
            entries.append(value)
    return entries[:wanted]


def _different(schema: Any) -> Iterator[Any]:
    yield from samples(schema)
    if isinstance(schema, Mapping) and isinstance(made := sample(schema), dict):
        # The same object with another value of one key at a time.
        checker = checker_of(schema)
        for name, part in schema.get("properties", {}).items():
            for value in islice(samples(part), MOST_TRIED):
                if checker.is_valid(other := {**made, name: value}):
                    yield other


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    if "pattern" in schema:
        yield from texts_of_pattern(schema["pattern"], int(schema.get("minLength", 0)))
    plain = OF_FORMATS.get(schema.get("format"), "")
    if plain:
        yield plain
        yield from (f"{number}{plain}" if "@" in plain else f"{plain}{number}" for number in range(1, MOST_TRIED))
    shortest = int(schema.get("minLength", 0))
    text = "text" if shortest <= 4 else ("text " * (shortest // 5 + 1))[:shortest]
    yield text[: int(schema.get("maxLength", len(text)))]
    for number in range(1, MOST_TRIED):
        yield f"{text} {number}"
        yield str(number).rjust(shortest, "0")


def _numbers(schema: Mapping[str, Any]) -> Iterator[Any]:
    yield from (1, 0)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    for bound, step in ((low, 1), (high, -1)):
        if bound is not None:
            yield from (bound, int(bound), int(bound) + step, bound + step)
    if low is not None and high is not None:
        middle = (exact(low) + exact(high)) / 2
        yield from (float(middle), middle)
    step = schema.get("multipleOf", 1)
    with localcontext(prec=PRECISION):
        width = exact(step)
        first = exact(low if low is not None else high if high is not None else 1) // width
    direction = -1 if low is None and high is not None else 1
    for number in range(-1, MOST_TRIED):
        with localcontext(prec=PRECISION):
            yield _plain((first + direction * number) * width)


def _plain(number: Decimal) -> Any:
    whole = as_whole(number)
    if isinstance(whole, int):
        return whole
    near = float(number)
    return near if exact(near) == number else number

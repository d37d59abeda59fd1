"""Whether an answer satisfies a schema."""

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from experiments.response_schema.wording import BOUND_WORDS, choices, kind, place, shorten, show, wanted

SHOWN_ERRORS = 3
VALUES_LIMIT = 50_000
"""How many values an answer may have; fewer where each is compared with many choices or alternatives."""
CHOICES_A_LOOK = 20
MISSES = 3
"""An alternative that does not fit costs so many times one that does: why it does not is written down."""

Validate = Callable[[Any], str | None]


def validator(schema: Mapping[str, Any]) -> Validate:
    """A function from an answer to what is wrong with it, in words, or None. Make one per schema and keep it.

    Numbers follow the standard: 1.0 is a whole number, true is no number.
    """
    checker = Draft202012Validator(dict(schema), registry=Registry())
    looks = _looks(schema)
    most = VALUES_LIMIT // (looks if looks == 1 else looks * MISSES)

    def validate(payload: Any) -> str | None:
        if not isinstance(payload, dict):
            return f"The answer is {kind(payload)}, not an object."
        if _has_more_values(payload, most):
            return f"The answer has more than {most:,} values, too many to be checked against this schema."
        if _is_echo(payload, schema):
            return "The answer is the schema itself, not an answer to it."
        found: dict[str, None] = {}  # a value of the wrong type is also none of the choices: said once
        for error in checker.iter_errors(payload):
            found[_in_words(error)] = None
            if len(found) > SHOWN_ERRORS:
                return "; ".join([*found][:SHOWN_ERRORS]) + "; and more"
        return "; ".join(found) or None

    return validate


def _looks(schema: Any) -> int:
    """How often one value of an answer is looked at, at most: alternatives add up, however deep they lie."""
    if not isinstance(schema, Mapping):
        return 1
    choices = len(schema.get("enum", ())) // CHOICES_A_LOOK
    alternatives = sum(_looks(part) for part in schema.get("anyOf", ()))
    below = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return max(1 + choices, alternatives, *map(_looks, below))


def _has_more_values(payload: Any, most: int) -> bool:
    waiting, seen = [payload], 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        if seen + len(waiting) > most:
            return True
    return False


def _is_echo(payload: dict[str, Any], schema: Mapping[str, Any]) -> bool:
    declared = schema.get("properties", {})
    wrapped = [value for name, value in payload.items() if name not in declared]
    return any(_looks_like_schema(value, declared) for value in (payload, *wrapped))


def _looks_like_schema(value: Any, declared: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict) or "properties" in declared:
        return False
    return isinstance(value.get("properties"), dict) and any(key in value for key in ("type", "$schema", "required"))


def _in_words(error: ValidationError) -> str:
    where = place(error.absolute_path) or "the answer"
    value: Any = error.instance
    expected: Any = error.validator_value
    match error.validator:
        case "required":
            missing = next(name for name in expected if error.message.startswith(f"{name!r} is a required"))
            return f"{place([*error.absolute_path, missing])} is missing"
        case "type" | "anyOf":
            return f"{where} is {show(value)}, not {wanted(error.schema)}"
        case "enum":
            return f"{where} is {show(value)}, not one of {choices(expected)}"
        case "const":
            return f"{where} is {show(value)}, not {show(expected)}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return f"{where} is {show(value)}, not {BOUND_WORDS[str(error.validator)]} {expected}"
        case "minLength" | "maxLength":
            most = "at least" if error.validator == "minLength" else "at most"
            return f"{where} has {len(value):,} characters, not {most} {expected:,}"
        case "maxItems":
            return f"{where} has {len(value):,} entries, not at most {expected:,}"
        case "additionalProperties":
            return f"{where} has keys that are not asked for: {shorten(error.message)}"
    return f"{where}: {shorten(error.message)}"

"""Whether an answer satisfies a schema."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import localcontext
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry

from experiments.core.formatting import shorten
from experiments.core.json_numbers import PRECISION, as_whole, exact, is_number, shortest, to_json
from experiments.core.schema_words import BOUND_WORDS
from experiments.response_schema.formats import format_checker
from experiments.response_schema.patterns import matches
from experiments.response_schema.plain import plain
from experiments.response_schema.wording import SHOWN_CHARACTERS, choices, kind, place, show, wanted

SHOWN_ERRORS = 3
ERRORS_LIMIT = 100
"""Errors that are looked at. Thousands may have the same sentence: the place in it is shortened."""
VALUES_LIMIT = 50_000
"""Values that an answer may have; fewer where each is compared with many choices or alternatives."""
CHOICES_PER_COMPARISON = 20
MISS_COST = 3
"""An alternative that does not fit costs this many times one that does, because its errors are collected."""

FORMAT_CHECKER = format_checker()

Validate = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Misfit:
    """What is wrong with one value of an answer. `path`: () where that is the answer as a whole."""

    path: tuple[str | int, ...]
    sentence: str


def _exactly(keyword: str) -> Callable[..., Any]:
    """The check of the standard, of the numbers as they are written: an answer's 0.10 is not less than 0.1."""
    check = Draft202012Validator.VALIDATORS[keyword]

    def exactly(checker: Any, bound: Any, value: Any, schema: Any) -> Any:
        if is_number(value) and is_number(bound):
            value, bound = exact(value), exact(bound)
        return check(checker, bound, value, schema)

    return exactly


def _is_multiple(checker: Any, step: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if is_number(value):
        with localcontext(prec=PRECISION):
            rest = exact(value) % exact(step)
        if rest:
            yield ValidationError(f"{value} is not a multiple of {step}")


def _is_one_of(checker: Any, choices: Any, value: Any, schema: Any) -> Any:
    if not is_number(value):
        return Draft202012Validator.VALIDATORS["enum"](checker, choices, value, schema)
    number = exact(value)
    found = any(is_number(choice) and exact(choice) == number for choice in choices)
    return [] if found else [ValidationError(f"{value} is not one of them")]


def _is_const(checker: Any, wanted: Any, value: Any, schema: Any) -> Any:
    if is_number(wanted) and is_number(value):
        return _is_one_of(checker, [wanted], value, schema)
    return Draft202012Validator.VALIDATORS["const"](checker, wanted, value, schema)


def _fits_pattern(checker: Any, pattern: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not matches(pattern, value):
        yield ValidationError(f"{show(value)} does not fit the pattern {pattern}")


def _has_no_repeats(checker: Any, wanted: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """In one pass: what is the same is written the same."""
    if wanted and isinstance(value, list) and (repeat := first_repeat(value)) is not None:
        yield ValidationError(f"entry {repeat + 1} is there twice")


def first_repeat(values: list[Any]) -> int | None:
    """The index of the first value that stood before; numbers are the same however they are written."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        text = to_json(_plainest(value), sort_keys=True)
        if text in seen:
            return index
        seen.add(text)
    return None


def _plainest(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plainest(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plainest(one) for one in value]
    # As a list of its own, no text can look like it.
    return [str(shortest(exact(value)))] if is_number(value) else {"": value}


def _is_whole(checker: Any, value: Any) -> bool:
    return isinstance(as_whole(value), int) and not isinstance(value, bool)


ExactValidator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        **{name: _exactly(name) for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")},
        "multipleOf": _is_multiple,
        "enum": _is_one_of,
        "const": _is_const,
        "pattern": _fits_pattern,
        "uniqueItems": _has_no_repeats,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


def checker_of(schema: Mapping[str, Any] | bool) -> Draft202012Validator:
    """Checks values against a schema. It fetches nothing, and of the formats it checks those of the field types."""
    given = schema if isinstance(schema, bool) else dict(schema)
    return ExactValidator(given, registry=Registry(), format_checker=FORMAT_CHECKER)


def validator(schema: Mapping[str, Any]) -> Validate:
    """A function that says what is wrong with an answer, or returns None. Make one for each schema and keep it.

    Numbers follow the standard: 1.0 is a whole number, true is not a number.
    """
    schema = plain(schema)
    checker = checker_of(schema)
    most = _most_values(schema)

    def validate(payload: Any) -> str | None:
        if (sentence := _refused_outright(payload, schema, most)) is not None:
            return sentence
        found: dict[str, None] = {}  # without repeats: a value of the wrong type is not one of the choices either
        for number, error in enumerate(checker.iter_errors(payload), 1):
            found.update(dict.fromkeys(one.sentence for one in _misfits(error)))
            if len(found) > SHOWN_ERRORS or number > ERRORS_LIMIT:
                return "; ".join([*found][:SHOWN_ERRORS]) + "; and more"
        return "; ".join(found) or None

    return validate


def misfits(schema: Mapping[str, Any], payload: Any) -> tuple[Misfit, ...]:
    """All that is wrong with an answer, each with its place, as far as anybody would read it."""
    schema = plain(schema)
    if (sentence := _refused_outright(payload, schema, _most_values(schema))) is not None:
        return (Misfit((), sentence),)
    errors = islice(checker_of(schema).iter_errors(payload), ERRORS_LIMIT)
    return tuple({one.sentence: one for error in errors for one in _misfits(error)}.values())


def _most_values(schema: Mapping[str, Any]) -> int:
    comparisons = most_comparisons(schema)
    return VALUES_LIMIT // (1 if comparisons == 1 else comparisons * MISS_COST)


def _refused_outright(payload: Any, schema: Mapping[str, Any], most: int) -> str | None:
    """Why an answer is not checked value by value."""
    if not isinstance(payload, dict):
        return f"The answer is {kind(payload)}, not an object."
    if has_more_values(payload, most):
        return f"The answer has more than {most:,} values, too many to be checked against this schema."
    if is_echo(payload, schema):
        return "The answer is the schema itself, not an answer to it."
    return None


def most_comparisons(schema: Any) -> int:
    """How often one value of an answer is compared at most: alternatives add up, however deep they are."""
    if not isinstance(schema, Mapping):
        return 1
    choices = len(schema.get("enum", ())) // CHOICES_PER_COMPARISON
    alternatives = sum(most_comparisons(part) for part in schema.get("anyOf", ()))
    below = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return max(1 + choices, alternatives, *map(most_comparisons, below))


def has_more_values(payload: Any, most: int) -> bool:
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


def is_echo(payload: dict[str, Any], schema: Mapping[str, Any]) -> bool:
    """Whether a model sent a schema back, by itself or under a key, instead of an answer to it."""
    declared = schema.get("properties", {})
    if "properties" in declared:
        return False
    values = [payload, *(value for name, value in payload.items() if name not in declared)]
    return any(
        isinstance(value, dict)
        and isinstance(value.get("properties"), dict)
        and any(key in value for key in ("type", "$schema", "required"))
        for value in values
    )


def _misfits(error: ValidationError) -> list[Misfit]:
    """An error about a missing key does not name it, so it stands for all missing keys."""
    path = (*error.absolute_path,)
    if error.validator == "required":
        names: Any = error.validator_value
        answer: Any = error.instance
        missing = islice((name for name in names if name not in answer), SHOWN_ERRORS + 1)
        return [Misfit((*path, name), f"{place([*path, name])} is missing") for name in missing]
    if error.validator == "uniqueItems":
        path = (*path, first_repeat(error.instance) or 0)  # type: ignore[arg-type]
    return [Misfit(path, _sentence(error))]


def _sentence(error: ValidationError) -> str:
    where = place(error.absolute_path) or "the answer"
    value: Any = error.instance
    expected: Any = error.validator_value
    match error.validator:
        case "type" | "anyOf" | "format":
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
        case "minItems" | "maxItems":
            most = "at least" if error.validator == "minItems" else "at most"
            return f"{where} has {len(value):,} entries, not {most} {expected:,}"
        case "pattern":
            return f"{where} is {show(value)}, which does not fit the pattern {shorten(expected, SHOWN_CHARACTERS)}"
        case "multipleOf":
            return f"{where} is {show(value)}, not a multiple of {expected}"
        case "uniqueItems":
            repeat = first_repeat(value) or 0
            return f"{place([*error.absolute_path, repeat])} is {show(value[repeat])}, which is there already"
        case "additionalProperties":
            return f"{where} has keys that are not asked for: {shorten(error.message, SHOWN_CHARACTERS)}"
    return f"{where}: {shorten(error.message, SHOWN_CHARACTERS)}"

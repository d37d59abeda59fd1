"""Which response fields are taken."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from experiments.core.choices import ErrorCode, FieldType, TextFormat
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.core.json_numbers import as_whole, exact, is_number, to_json
from experiments.core.json_text import BadPayload, is_storable, strict
from experiments.response_schema.answers import checker_of
from experiments.response_schema.field_schemas import field_schema
from experiments.response_schema.field_types import FIELD_TRAITS
from experiments.response_schema.fields import FIELDS_LIMIT, LEVELS_LIMIT, Field, all_fields
from experiments.response_schema.patterns import problem_of_pattern
from experiments.response_schema.rules import BOUND_LIMIT, MIN_ITEMS_LIMIT, MIN_LENGTH_LIMIT, STEP_LIMIT
from experiments.response_schema.samples import sample

KEYS = ("name", "description", "type", "required", "nullable", "examples")
"""Those of every field; the rest goes by the type."""
_FITTING = {key for traits in FIELD_TRAITS.values() for key in traits.takes}
NAME_LENGTH = 64
NAME_RULE = f"begins with a letter or _, then letters, digits, spaces, _ . -, at most {NAME_LENGTH} characters"
# Letters, and numbers such as Ⅷ. Then also the marks without which many scripts have no vowels, and the joiners between
# letters of Persian and of scripts of India.
_FIRST, _LATER = ("L", "Nl", "No"), ("L", "M", "N")
"""Beginnings of categories of Unicode."""
_FIRST_SIGN, _LATER_SIGNS = "_", "_ .-\u200c\u200d"
DESCRIPTION_LIMIT = 4_000  # characters
CHOICES_LIMIT = 1_000
CHOICE_LIMIT = 500  # characters
EXAMPLES_LIMIT = 20
EXAMPLE_LIMIT = 2_000  # characters of JSON
COUNT_LIMIT = 10**9
SIZE_LIMIT = 100_000  # characters of all fields together; keeps their schema below its own limit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is: the number and name of the one at the top, and the path to the one that is meant below it."""

    index: int
    top: str | None = None
    path: str = ""
    name: str | None = None

    def below(self, step: str) -> "Place":
        return replace(self, path=f"{self.path}.{step}" if self.path else step, name=None)

    def called(self, name: str | None) -> "Place":
        return replace(self, name=name, top=self.top if self.path else name)

    def wrong(self, problem: str, key: str | None = None, code: ErrorCode = ErrorCode.INVALID_FIELD) -> InvalidInput:
        """`problem` is a sentence without its capital letter and its period."""
        path = f"response_fields[{self.index}]{'.' if self.path else ''}{self.path}"
        named = "" if self.name is None else f" ({quoted(self.name)})"
        inner = ".".join(step for step in (self.path, key) if step)
        return InvalidInput(
            f"{path}{named}: {problem}.",
            code=code,
            attr="response_fields",
            part=Part(self.index, self.top, inner or None),
            reason=f"{problem[:1].upper()}{problem[1:]}.",
        )


def check_fields(given: Any) -> tuple[Field, ...]:
    """The fields; `InvalidInput` (attr `response_fields`) for the first one that is not allowed.

    Its `part` has the index, name and key of what is wrong, as in `items.fields[2].minimum`; its `reason` is the
    sentence without that place. Left out, `description` is "", `type` is string, `required` is true, `nullable` the
    opposite of it, and the items of a list are texts.
    """
    if not isinstance(given, list | tuple):
        raise _invalid_fields("response_fields must be a list.", ErrorCode.INVALID_FIELDS)
    if len(given) > FIELDS_LIMIT:
        raise _too_many(len(given))
    fields = _checked_level(given, Place)
    every = tuple(all_fields(fields))
    if len(every) > FIELDS_LIMIT:
        raise _too_many(len(every))
    size = sum(map(_size, every))
    if size > SIZE_LIMIT:
        sentence = f"The response fields have {size:,} characters of text; {SIZE_LIMIT:,} are allowed."
        raise _invalid_fields(sentence, ErrorCode.TOO_LARGE)
    if clash := clashing_path(fields):
        path, place = clash
        problem = f"the name reads like the path of another field, {quoted(path)}"
        raise place.wrong(problem, "name", ErrorCode.DUPLICATE_FIELD)
    return fields


def _too_many(number: int) -> InvalidInput:
    sentence = f"There are {number:,} response fields; {FIELDS_LIMIT} are allowed."
    return _invalid_fields(sentence, ErrorCode.TOO_MANY_FIELDS)


def _invalid_fields(detail: str, code: ErrorCode) -> InvalidInput:
    return InvalidInput(detail, code=code, attr="response_fields")


def _size(field: Field) -> int:
    examples = to_json(field.examples, fallback=str) if field.examples else ""
    return sum(map(len, (field.name, field.description, field.pattern, *field.choices, examples)))


def _checked_level(given: Iterable[Any], place_of: Callable[[int], Place], level: int = 1) -> tuple[Field, ...]:
    fields: dict[str, Field] = {}
    for index, entry in enumerate(given):
        field = check_field(entry, place_of(index), level=level)
        if field.name in fields:
            place = place_of(index).called(field.name)
            raise place.wrong("another field has this name", "name", ErrorCode.DUPLICATE_FIELD)
        fields[field.name] = field
    return tuple(fields.values())


def _paths(fields: Iterable[Field], place_of: Callable[[int], Place], before: str = "") -> Iterator[tuple[str, Place]]:
    """The path of every field that has a name, `order.lines.price`: lists are passed through."""
    for index, field in enumerate(fields):
        place = place_of(index).called(field.name)
        path = f"{before}{field.name}"
        yield path, place
        inner = field
        while inner.items is not None:
            place, inner = place.below("items"), inner.items
        yield from _paths(inner.fields, _below(place), f"{path}.")


def _below(place: Place) -> Callable[[int], Place]:
    return lambda index: place.below(f"fields[{index}]")


def paths_of(field: Field) -> set[str]:
    """Its own path and those of all that is in it, as `clashing_path` compares them."""
    return {path for path, _ in _paths([field], Place)}


def clashing_path(fields: Iterable[Field]) -> tuple[str, Place] | None:
    """The first path that stands for two fields, with the place of the second.

    Values inside others are named by their path, in filters and exports: it must mean one of them.
    """
    seen = set()
    for path, place in _paths(fields, Place):
        if path in seen:
            return path, place
        seen.add(path)
    return None


def is_field_name(name: str) -> bool:
    return 0 < len(name) <= NAME_LENGTH and all(
        sign in (_LATER_SIGNS if place else _FIRST_SIGN)
        or unicodedata.category(sign).startswith(_LATER if place else _FIRST)
        for place, sign in enumerate(name)
    )


def check_field(entry: Any, place: Place, *, level: int = 1, is_item: bool = False) -> Field:
    """The field; `InvalidInput` as from `check_fields`."""
    if not isinstance(entry, Mapping):
        raise place.wrong("must be an object")
    if level > LEVELS_LIMIT:
        raise place.wrong(f"it is nested too deep; {LEVELS_LIMIT} levels are allowed")
    name = _checked_name(entry.get("name"), place, is_item=is_item)
    place = place if is_item else place.called(name)
    kind = entry.get("type", FieldType.STRING)
    if kind not in FieldType.values():
        raise place.wrong(f"the type is {quoted(kind)}, not one of {', '.join(FieldType)}", "type")
    kind = FieldType(kind)
    _check_keys(entry, kind, place)
    description = entry.get("description") or ""
    if not is_text(description, DESCRIPTION_LIMIT):
        problem = f"the description must be a text of at most {DESCRIPTION_LIMIT:,} characters"
        raise place.wrong(problem, "description")
    required, nullable = entry.get("required", True), entry.get("nullable")
    if not isinstance(required, bool):
        raise place.wrong("required must be true or false", "required")
    if not isinstance(nullable, bool | None):
        raise place.wrong("nullable must be true or false", "nullable")
    choices = entry.get("choices") or ()
    if problem := problem_of_choices(choices, kind):
        raise place.wrong(problem, "choices")
    field = Field(
        name,
        description,
        kind,
        # An item is there; whether it may be null is all that can be said.
        required=required or is_item,
        choices=tuple(choices),
        nullable=not required if nullable is None else nullable,
        **_limits(entry, kind, place),
        **_inner(entry, kind, place, level),
    )
    return _with_examples(field, entry.get("examples") or (), place)


def _checked_name(name: Any, place: Place, *, is_item: bool) -> str:
    if is_item:
        if name:
            raise place.wrong("an item of a list has no name", "name")
        return ""
    composed = unicodedata.normalize("NFC", name) if isinstance(name, str) else ""
    if not is_field_name(composed):
        raise place.called(name if isinstance(name, str) else None).wrong(f"the name {NAME_RULE}", "name")
    return composed


def _check_keys(entry: Mapping[str, Any], kind: FieldType, place: Place) -> None:
    for key in sorted(map(str, set(entry) - {*KEYS, *FIELD_TRAITS[kind].takes})):
        if key not in _FITTING:
            raise place.wrong(f"{quoted(key)} is not known", key)
        # What says nothing does no harm: a form or a generated client sends every key.
        says_nothing = entry[key] is False or entry[key] in (None, "", [])
        if not says_nothing and key != "choices":
            fitting = [name for name, traits in FIELD_TRAITS.items() if key in traits.takes]
            raise place.wrong(f"{key} is for {_either(fitting)}, and this is {FIELD_TRAITS[kind].words}", key)


def _either(kinds: Iterable[FieldType]) -> str:
    return " and ".join(FIELD_TRAITS[kind].words for kind in kinds)


def problem_of_choices(choices: Any, kind: str) -> str:
    """What is wrong with the choices of a field of this type; "" where nothing is."""
    if not choices:
        return ""
    if not FIELD_TRAITS[FieldType(kind)].takes_choices:
        return "only a string can have choices"
    if not isinstance(choices, list | tuple) or len(choices) > CHOICES_LIMIT:
        return f"choices must be a list of at most {CHOICES_LIMIT:,} texts"
    if any(not is_text(choice, CHOICE_LIMIT) or not choice for choice in choices):
        return f"each choice must be a text of 1 to {CHOICE_LIMIT} characters"
    return "a choice is there twice" if len(set(choices)) < len(choices) else ""


def is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and is_storable(value)


# What limits the values


def _limits(entry: Mapping[str, Any], kind: FieldType, place: Place) -> dict[str, Any]:
    takes = FIELD_TRAITS[kind].takes
    given = {key: entry[key] for key in takes if key in _CHECKS and entry.get(key) is not None}
    checked = {key: _CHECKS[key](key, value, kind, place) for key, value in given.items()}
    for low, high in (("minimum", "maximum"), ("min_length", "max_length"), ("min_items", "max_items")):
        if low in checked and high in checked and exact(checked[low]) > exact(checked[high]):
            raise place.wrong(f"{low} is more than {high}", low)
    return checked


def _bound(key: str, value: Any, kind: FieldType, place: Place) -> Any:
    if not is_number(value) or abs(exact(value)) > BOUND_LIMIT:
        raise place.wrong(f"{key} must be a number, at most {BOUND_LIMIT:,}", key)
    value = as_whole(value) if kind == FieldType.INTEGER else value
    if kind == FieldType.INTEGER and not isinstance(value, int):
        raise place.wrong(f"{key} must be a whole number, as the values are", key)
    return value


def _step(key: str, value: Any, kind: FieldType, place: Place) -> Any:
    value = _bound(key, value, kind, place)
    if exact(value) < STEP_LIMIT:
        raise place.wrong(f"step must be at least {STEP_LIMIT}", key)
    return value


def _count(key: str, value: Any, kind: FieldType, place: Place) -> Any:
    most = {"min_length": MIN_LENGTH_LIMIT, "min_items": MIN_ITEMS_LIMIT}.get(key, COUNT_LIMIT)
    value = as_whole(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise place.wrong(f"{key} must be a whole number from 0 to {most:,}", key)
    return value


def _pattern(key: str, value: Any, kind: FieldType, place: Place) -> Any:
    if not is_text(value, len(value) if isinstance(value, str) else 0):
        raise place.wrong("the pattern must be a text", key)
    if problem := problem_of_pattern(value):
        raise place.wrong(problem, key)
    return value


def _format(key: str, value: Any, kind: FieldType, place: Place) -> Any:
    if value not in ("", *TextFormat.values()):
        raise place.wrong(f"the format is {quoted(value)}, not one of {', '.join(TextFormat)}", key)
    return value


def _switch(key: str, value: Any, kind: FieldType, place: Place) -> Any:
    if not isinstance(value, bool):
        raise place.wrong(f"{key} must be true or false", key)
    return value


_CHECKS = {
    **dict.fromkeys(("minimum", "maximum"), _bound),
    "step": _step,
    **dict.fromkeys(("min_length", "max_length", "min_items", "max_items"), _count),
    "pattern": _pattern,
    "format": _format,
    "unique_items": _switch,
}


# What is inside


def _inner(entry: Mapping[str, Any], kind: FieldType, place: Place, level: int) -> dict[str, Any]:
    if kind == FieldType.LIST and entry.get("items") is not None:
        return {"items": check_field(entry["items"], place.below("items"), level=level + 1, is_item=True)}
    if kind != FieldType.OBJECT or not entry.get("fields"):
        return {}
    given = entry["fields"]
    if not isinstance(given, list | tuple) or len(given) > FIELDS_LIMIT:
        raise place.wrong(f"fields must be a list of at most {FIELDS_LIMIT} fields", "fields")
    return {"fields": _checked_level(given, _below(place), level + 1)}


def _with_examples(field: Field, examples: Any, place: Place) -> Field:
    """The field, of whose limits it is known that a value fits."""
    if not isinstance(examples, list | tuple) or len(examples) > EXAMPLES_LIMIT:
        raise place.wrong(f"examples must be a list of at most {EXAMPLES_LIMIT} values", "examples")
    checker = checker_of(field_schema(field))
    for number, value in enumerate(examples, 1):
        try:
            is_short = len(to_json(strict(value, "it"))) <= EXAMPLE_LIMIT
        except BadPayload as error:
            raise place.wrong(f"example {number} cannot be kept: {error}", "examples") from error
        if not is_short:
            raise place.wrong(f"example {number} must be at most {EXAMPLE_LIMIT:,} characters of JSON", "examples")
        if not checker.is_valid(value):
            raise place.wrong(f"example {number} isn’t a value that this field accepts", "examples")
    field = replace(field, examples=tuple(examples))
    if not checker.is_valid(sample(field_schema(field))):
        if field.pattern and not examples:
            problem = "no text was found that fits the pattern and the length; give one as an example"
            raise place.wrong(problem, "pattern")
        raise place.wrong("no value can fulfill all of this: it contradicts itself")
    return field

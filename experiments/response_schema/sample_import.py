"""Response fields of sample answers: what they have in common. What they leave open is listed, never guessed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import is_number
from experiments.response_schema.answers import checker_of
from experiments.response_schema.field_checks import Place, check_field, is_field_name, paths_of
from experiments.response_schema.field_types import FIELD_TRAITS
from experiments.response_schema.fields import LEVELS_LIMIT, Field, field_to_json
from experiments.response_schema.schema_import import Imported, NotTaken

SAMPLES_LIMIT = 1_000
CHECKED_BY_FORMAT = (FieldType.DATE, FieldType.DATE_TIME)


def samples_to_fields(samples: Sequence[Any]) -> Imported:
    """A field for each key of the answers, required where all have it. `InvalidInput` where one is no object."""
    if not samples or len(samples) > SAMPLES_LIMIT:
        sentence = f"Give 1 to {SAMPLES_LIMIT:,} sample answers."
        raise InvalidInput(sentence, code=ErrorCode.INVALID, attr="samples")
    if not all(isinstance(sample, dict) for sample in samples):
        sentence = "A sample answer must be a JSON object: it begins with { and ends with }."
        raise InvalidInput(sentence, code=ErrorCode.NOT_AN_OBJECT, attr="samples")
    not_taken: list[NotTaken] = []
    return Imported(_fields(samples, "", 1, not_taken), tuple(not_taken))


def _fields(objects: Sequence[dict[str, Any]], path: str, level: int, not_taken: list[NotTaken]) -> tuple[Field, ...]:
    found: list[Field] = []
    taken: set[str] = set()
    for name in dict.fromkeys(name for one in objects for name in one):
        below = f"{path}.{name}" if path else name
        if not is_field_name(name):
            not_taken.append(NotTaken(below, "properties", "This cannot be the name of a field, which is left out."))
            continue
        values = [one[name] for one in objects if name in one]
        field = _field(values, below, level, not_taken)
        if field is None:
            continue
        field = replace(field, name=name, required=len(values) == len(objects))
        paths = paths_of(field)
        if paths & taken:
            detail = "The name reads like the path of another field; this one is left out."
            not_taken.append(NotTaken(below, "properties", detail))
            continue
        check_field(field_to_json(field), Place(0), level=level)
        taken |= paths
        found.append(field)
    return tuple(found)


def _field(values: Sequence[Any], path: str, level: int, not_taken: list[NotTaken]) -> Field | None:
    """What all of these are; None where that is open."""
    given = [value for value in values if value is not None]
    kind = _kind(given)
    if kind is None or level > LEVELS_LIMIT:
        detail = "Its values are of several types" if given else "It is null in every sample"
        detail = f"It is nested deeper than {LEVELS_LIMIT} levels" if level > LEVELS_LIMIT else detail
        not_taken.append(NotTaken(path, "type", f"{detail}; the field is left out."))
        return None
    field = Field(type=kind, nullable=len(given) < len(values))
    if kind == FieldType.OBJECT:
        return replace(field, fields=_fields(given, path, level + 1, not_taken))
    if kind != FieldType.LIST:
        return field
    entries = [entry for value in given for entry in value]
    if not entries:
        not_taken.append(NotTaken(path, "items", "The list is empty in every sample; the field is left out."))
        return None
    item = _field(entries, f"{path}[]", level + 1, not_taken)
    return None if item is None else replace(field, items=item)


def _kind(values: Sequence[Any]) -> FieldType | None:
    if not values:
        return None
    for kind, fits in (
        (FieldType.OBJECT, lambda value: isinstance(value, dict)),
        (FieldType.LIST, lambda value: isinstance(value, list)),
        (FieldType.BOOLEAN, lambda value: isinstance(value, bool)),
        (FieldType.INTEGER, lambda value: is_number(value) and isinstance(value, int)),
        (FieldType.NUMBER, is_number),
    ):
        if all(map(fits, values)):
            return kind
    if not all(isinstance(value, str) for value in values):
        return None
    for kind in CHECKED_BY_FORMAT:
        checker = checker_of(FIELD_TRAITS[kind].schema)
        if all(map(checker.is_valid, values)):
            return kind
    return FieldType.STRING

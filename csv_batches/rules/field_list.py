"""One change of a list of response fields. Fields are found by name: another window may have moved them."""

from collections.abc import Sequence
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.response_schema.field_checks import check_fields

Json = dict[str, Any]


def saved(fields: Sequence[Json], original: str, field: Json) -> list[Json]:
    """With `field` in place of the one called `original`; at the end where `original` is empty."""
    if not original:
        return [*fields, field]
    at = index_of(fields, original)
    return [*fields[:at], field, *fields[at + 1 :]]


def removed(fields: Sequence[Json], name: str) -> list[Json]:
    at = index_of(fields, name)
    return [*fields[:at], *fields[at + 1 :]]


def moved(fields: Sequence[Json], name: str, offset: int) -> list[Json]:
    """With the field `offset` places further down; not beyond the ends."""
    return placed(fields, name, index_of(fields, name) + offset)


def placed(fields: Sequence[Json], name: str, to: int) -> list[Json]:
    """With the field at index `to`, or at the nearest end."""
    at = index_of(fields, name)
    left = [*fields[:at], *fields[at + 1 :]]
    to = min(max(to, 0), len(left))
    return [*left[:to], fields[at], *left[to:]]


def index_of(fields: Sequence[Json], name: str) -> int:
    found = next((number for number, field in enumerate(fields) if field["name"] == name), None)
    if found is None:
        sentence = f"There is no field {quoted(name)} any more. It was renamed or removed elsewhere."
        raise InvalidInput(sentence, code=ErrorCode.DOES_NOT_EXIST, attr="response_fields", part=Part(name=name))
    return found


def problem(field: Json) -> tuple[str, str] | None:
    """The first key of a field whose value is not allowed, and why, as a sentence."""
    if not field.get("name"):
        return "name", "Give the field a name."
    try:
        check_fields([field])
    except InvalidInput as error:
        # An error without a key is about the size of all texts, and only choices can make one field too large.
        return (error.part and error.part.key) or "choices", error.reason
    return None

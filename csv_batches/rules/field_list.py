"""One change of a list of response fields. A field goes by its name: its place may have changed in another window."""

from collections.abc import Sequence
from typing import Any

from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.response_schema.fields import check_fields

Json = dict[str, Any]
PARTS = ("name", "description", "type", "choices")


def saved(fields: Sequence[Json], original: str, field: Json) -> list[Json]:
    """With `field` in the place of the one called `original`; at the end where that is empty."""
    if not original:
        return [*fields, field]
    at = index_of(fields, original)
    return [*fields[:at], field, *fields[at + 1 :]]


def removed(fields: Sequence[Json], name: str) -> list[Json]:
    at = index_of(fields, name)
    return [*fields[:at], *fields[at + 1 :]]


def moved(fields: Sequence[Json], name: str, offset: int) -> list[Json]:
    """`offset` places further down; not beyond the ends."""
    return placed(fields, name, index_of(fields, name) + offset)


def placed(fields: Sequence[Json], name: str, to: int) -> list[Json]:
    """With `to` fields before it, or at the end nearest to that."""
    at = index_of(fields, name)
    left = [*fields[:at], *fields[at + 1 :]]
    to = min(max(to, 0), len(left))
    return [*left[:to], fields[at], *left[to:]]


def index_of(fields: Sequence[Json], name: str) -> int:
    found = next((number for number, field in enumerate(fields) if field["name"] == name), None)
    if found is None:
        sentence = f"There is no field {quoted(name)} any more. It was renamed or removed elsewhere."
        raise InvalidInput(sentence, code="does_not_exist", attr="response_fields")
    return found


def problem(field: Json) -> tuple[str, str] | None:
    """The first part of a field that cannot be taken, and why, as a sentence."""
    if not field.get("name"):
        return "name", "Give the field a name."
    given: Json = {}
    for part in PARTS:
        given[part] = field.get(part)
        try:
            check_fields([{name: value for name, value in given.items() if name in field}])
        except InvalidInput as error:
            return part, _sentence(error.detail, field["name"])
    return None


def _sentence(detail: str, name: str) -> str:
    """Beside its input a problem needs no address."""
    words = detail.removeprefix(f"response_fields[0] ({quoted(name)}): ")
    return words[:1].upper() + words[1:]

"""Objects with their members in the order of the schema's fields: jsonb sorts them by the lengths of their names."""

from collections.abc import Iterable, Mapping
from typing import Any


def in_field_order(answer: Any, fields: Iterable[Mapping[str, Any]]) -> Any:
    """What no field has comes last. `fields` as they are stored."""
    if not isinstance(answer, Mapping):
        return answer
    known = {field["name"]: field for field in fields}
    ordered = {name: value_in_field_order(answer[name], field) for name, field in known.items() if name in answer}
    return {**ordered, **{name: value for name, value in answer.items() if name not in known}}


def value_in_field_order(value: Any, field: Mapping[str, Any]) -> Any:
    """The value of one field."""
    if isinstance(value, list):
        items = field.get("items") or {}
        return [value_in_field_order(one, items) for one in value]
    return in_field_order(value, field.get("fields") or ())

"""Rows with a certain answer: those behind a bar of a distribution.

`field` names a response field; with it come `value` (texts as they are, anything else as JSON), `least` and `below`
(bounds of a number, or of a text's length in characters), or `blank` (the field is missing, null or an empty text).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from experiments.core import json_text
from experiments.core.choices import RowStatus
from experiments.core.json_numbers import MAX_EXPONENT, to_json
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.models.querysets import QueueItemQuerySet
from experiments.response_schema.field_types import traits_of_field

NAMES = ("field", "value", "least", "below", "blank")
_MEMBER = "(coalesce(experiments_queueitem.corrected_payload, experiments_queueitem.result_payload) -> %s)"
_NUMBER = f"CASE jsonb_typeof({_MEMBER}) WHEN 'number' THEN {_MEMBER}::numeric END"
_LENGTH = f"CASE jsonb_typeof({_MEMBER}) WHEN 'string' THEN length({_MEMBER} #>> '{{}}')::numeric END"


def filter_by_answer(queue: Queue, rows: QueueItemQuerySet, wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    """All rows where `wanted` names no field; none where there is no such field or value."""
    name = wanted.get("field")
    if not name:
        return rows
    field = next((field for field in kind_of(queue).response_fields(queue) if field["name"] == name), None)
    if field is None:
        return rows.none()
    rows = rows.filter(Q(status=RowStatus.SUCCEEDED) | Q(corrected_payload__isnull=False))
    if wanted.get("blank"):
        return rows.filter(_sql(f"coalesce({_MEMBER} IN ('null', '\"\"'), TRUE)", name))
    if wanted.get("value") not in (None, ""):
        return _with_value(rows, field, str(wanted["value"]))
    return _between(rows, field, wanted)


def _with_value(rows: QueueItemQuerySet, field: Mapping[str, Any], text: str) -> QueueItemQuerySet:
    traits = traits_of_field(field)
    try:
        value = text if traits.is_text else json_text.strict(json_text.parse_finite(text))
    except (ValueError, RecursionError, json_text.BadPayload):
        return rows.none()
    if not traits.is_text and isinstance(value, str | list | dict) and not traits.is_nested:
        return rows.none()
    return rows.filter(_sql(f"{_MEMBER} = %s::jsonb", field["name"], to_json(value)))


def _between(rows: QueueItemQuerySet, field: Mapping[str, Any], wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    measure = _LENGTH if traits_of_field(field).is_text else _NUMBER
    for name, sign in (("least", ">="), ("below", "<")):
        if wanted.get(name) in (None, ""):
            continue
        bound = number(wanted[name])
        if bound is None:
            return rows.none()
        rows = rows.filter(_sql(f"{measure} {sign} %s", field["name"], field["name"], bound))
    return rows


def answer_filter_label(wanted: Mapping[str, Any]) -> str:
    """`category: billing`, `score: 10 to below 20`; "" where no field is asked for."""
    name = wanted.get("field")
    if not name:
        return ""
    if wanted.get("blank"):
        return f"{name}: empty"
    if wanted.get("value") not in (None, ""):
        return f"{name}: {wanted['value']}"
    bounds = [f"{word} {wanted[key]}" for key, word in (("least", "from"), ("below", "below")) if key in wanted]
    return f"{name}: {' '.join(bounds) or 'answered'}"


def number(text: Any) -> Decimal | None:
    """A finite number of a size that comparisons can deal with; None for anything else."""
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= MAX_EXPONENT else None


def _sql(condition: str, *values: Any) -> Q:
    return Q(RawSQL(condition, values, output_field=BooleanField()))  # noqa: S611  names and signs are ours

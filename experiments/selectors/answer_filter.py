"""Rows with a certain answer: those behind a bar of a distribution.

`field` names a value of the answer (`response_schema.leaves`: `category`, `tags`, `order.number`); with it come `value`
(texts as they are, anything else as JSON), `least` and `below` (bounds of a number, of a text's length in characters,
of a list's length, or of a date as it is written), or `blank` (the value is missing, null, an empty text or an empty
list). Where an answer has several values there, a row is found by any of them.
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
from experiments.response_schema.leaves import Leaf, LeafKind, leaf_named

NAMES = ("field", "value", "least", "below", "blank")
ANSWER = "coalesce(experiments_queueitem.corrected_payload, experiments_queueitem.result_payload)"
# One of them has the place of a value: by its name right in the answer, or by its path.
_PLAIN = f"({ANSWER} -> %s)"
_ANY = f"EXISTS (SELECT 1 FROM jsonb_path_query({ANSWER}, %s::jsonpath) AS v WHERE {{}})"  # noqa: S608  ours
BLANKS = """('null', '""', '[]', '{{}}')"""


def filter_by_answer(queue: Queue, rows: QueueItemQuerySet, wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    """All rows where `wanted` names no field; none where there is no such field or value."""
    name = wanted.get("field")
    if not name:
        return rows
    leaf = leaf_named(kind_of(queue).response_fields(queue), name)
    if leaf is None:
        return rows.none()
    rows = rows.filter(is_answered())
    if wanted.get("blank"):
        return rows.exclude(where(leaf, f"{{v}} NOT IN {BLANKS}"))
    if wanted.get("value") not in (None, ""):
        return _with_value(rows, leaf, str(wanted["value"]))
    return _between(rows, leaf, wanted)


def is_answered() -> Q:
    """There is an answer, or a person's in its place."""
    return Q(status=RowStatus.SUCCEEDED) | Q(corrected_payload__isnull=False)


def _with_value(rows: QueueItemQuerySet, leaf: Leaf, text: str) -> QueueItemQuerySet:
    traits = traits_of_field(leaf.field)
    try:
        value = text if traits.is_text else json_text.strict(json_text.parse_finite(text))
    except (ValueError, RecursionError, json_text.BadPayload):
        return rows.none()
    if not traits.is_text and isinstance(value, str | list | dict) and not traits.is_nested:
        return rows.none()
    return rows.filter(where(leaf, "{v} = %s::jsonb", to_json(value)))


def _between(rows: QueueItemQuerySet, leaf: Leaf, wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    conditions, bounds = [], []
    for name, sign in (("least", ">="), ("below", "<")):
        if wanted.get(name) in (None, ""):
            continue
        bound = str(wanted[name]) if leaf.kind is LeafKind.DATE else number(wanted[name])
        if bound is None or "\0" in str(bound):
            return rows.none()
        conditions.append(f"{measure_of(leaf)} {sign} %s")
        bounds.append(bound)
    return rows.filter(where(leaf, " AND ".join(conditions), *bounds)) if conditions else rows


def measure_of(leaf: Leaf) -> str:
    """What its values are compared by, in SQL; `{v}` for a value."""
    if leaf.kind is LeafKind.DATE:
        return "CASE jsonb_typeof({v}) WHEN 'string' THEN {v} #>> '{{}}' END COLLATE \"C\""
    if leaf.kind is LeafKind.COUNTED:
        return "CASE jsonb_typeof({v}) WHEN 'array' THEN jsonb_array_length({v})::numeric END"
    if traits_of_field(leaf.field).is_text:
        return "CASE jsonb_typeof({v}) WHEN 'string' THEN length({v} #>> '{{}}')::numeric END"
    return "CASE jsonb_typeof({v}) WHEN 'number' THEN {v}::numeric END"


def where(leaf: Leaf, condition: str, *values: Any) -> Q:
    """Rows of which a value meets the condition, in SQL with `{v}` for the value."""
    if leaf.is_plain:
        # Each `{v}` comes before the values that stand behind it.
        parts = condition.split("%s")
        given: list[Any] = []
        for part, value in zip(parts, [*values, None], strict=True):
            given += [leaf.path[0]] * part.count("{v}") + [value]
        return _sql(f"coalesce({condition.format(v=_PLAIN)}, FALSE)", *given[:-1])
    return _sql(_ANY.format(condition.format(v="v")), leaf.json_path, *values)


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

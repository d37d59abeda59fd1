"""Rows of the builder as its form sends them."""

from typing import Any

from django.http import QueryDict

from experiments.core.choices import FieldType
from experiments.web.schema.rows import Row, Rows

Json = dict[str, Any]


def sent(rows: Rows, **values: str) -> QueryDict:
    """What a browser sends of the page that shows these rows; `f2_name="x"` is what somebody typed."""
    form = QueryDict(mutable=True)
    _send(form, rows.rows, None)
    for name, value in values.items():
        form[name.replace("_", "-", 1)] = value
    return form


def of_fields(*fields: Json, **values: str) -> QueryDict:
    return sent(Rows.of_fields(fields), **values)


def _send(form: QueryDict, rows: list[Row], parent: Row | None) -> None:
    for row in rows:
        form.appendlist("row", str(row.key))
        if parent:
            form[f"{row.id}-in"] = str(parent.key)
        if row.is_item:
            form[f"{row.id}-item"] = "on"
        form.update({f"{row.id}-was": row.kind, f"{row.id}-type": row.kind, f"{row.id}-description": row.description})
        form[f"{row.id}-name"] = row.name
        for flag in ("required", "nullable"):
            if getattr(row, flag):
                form[f"{row.id}-{flag}"] = "on"
        for option in row.options():
            if text := row.texts.get(option.name, ""):
                form[f"{row.id}-{option.name}"] = text
        _send(form, row.below, row)


def tree(rows: list[Row]) -> list[Any]:
    """Names, with what is below: `["a", ["order", ["number"]]]`; the items of a list are `*`."""
    return [[*_name(row), tree(row.below)] if row.below else _name(row)[0] for row in rows]


def _name(row: Row) -> list[str]:
    return ["*" if row.is_item else row.name]


HERE: Json = {"required": True, "nullable": False}
INVOICE: list[Json] = [
    {"name": "vendor", "description": "Who sent it", "type": FieldType.STRING, "required": True, "nullable": False},
    {
        "name": "order",
        "type": FieldType.OBJECT,
        "required": True,
        "nullable": True,
        "description": "",
        "fields": [{"name": "number", "type": FieldType.STRING, **HERE, "pattern": "^[0-9]+$"}],
    },
    {
        "name": "lines",
        "type": FieldType.LIST,
        "required": True,
        "nullable": False,
        "min_items": 1,
        "unique_items": True,
        "items": {
            "type": FieldType.OBJECT,
            "nullable": False,
            "fields": [
                {
                    "name": "unit",
                    "type": FieldType.STRING,
                    "required": False,
                    "nullable": False,
                    "choices": ["h", "kg"],
                },
                {
                    "name": "price",
                    "type": FieldType.NUMBER,
                    "required": True,
                    "nullable": False,
                    "minimum": 0,
                    "step": 0.01,
                },
            ],
        },
    },
]

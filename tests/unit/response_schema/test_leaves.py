"""The values of a nested answer, one by one."""

from typing import Any

from experiments.response_schema.leaves import LeafKind, leaf_named, leaves_of_fields

INVOICE: list[dict[str, Any]] = [
    {"name": "topic", "type": "string", "required": True},
    {"name": "tags", "type": "list", "required": True, "items": {"type": "string", "choices": ["a", "b"]}},
    {
        "name": "vendor",
        "type": "object",
        "required": True,
        "fields": [
            {"name": "name", "type": "string", "required": True},
            {"name": "since", "type": "date", "required": False},
            {"name": "more", "type": "object", "required": False},
        ],
    },
    {
        "name": "lines",
        "type": "list",
        "required": True,
        "items": {
            "type": "object",
            "fields": [
                {"name": "sku no.", "type": "string", "required": True},
                {"name": "parts", "type": "list", "items": {"type": "integer"}, "required": True},
            ],
        },
    },
]


def test_each_value_has_a_name_and_a_path() -> None:
    found = [(leaf.name, leaf.json_path, leaf.is_many) for leaf in leaves_of_fields(INVOICE)]
    assert found == [
        ("topic", '$."topic"', False),
        ("tags", '$."tags"[*]', True),
        ("vendor.name", '$."vendor"."name"', False),
        ("vendor.since", '$."vendor"."since"', False),
        ("vendor.more", '$."vendor"."more"', False),
        ("lines", '$."lines"', False),
        ("lines.sku no.", '$."lines"[*]."sku no."', True),
        ("lines.parts", '$."lines"[*]."parts"[*]', True),
    ]


def test_what_can_be_said_of_them_goes_by_their_type() -> None:
    kinds = {leaf.name: leaf.kind for leaf in leaves_of_fields(INVOICE)}
    assert kinds["tags"] is LeafKind.SCALAR
    assert kinds["vendor.since"] is LeafKind.DATE
    assert kinds["vendor.more"] is LeafKind.WHOLE
    assert kinds["lines"] is LeafKind.COUNTED


def test_a_list_is_shown_as_one_and_compared_by_its_items() -> None:
    tags = leaf_named(INVOICE, "tags")
    assert tags is not None
    assert (tags.shown_type, tags.field["choices"]) == ("list", ["a", "b"])
    assert leaf_named(INVOICE, "vendor") is None
    assert leaf_named(INVOICE, "nothing") is None

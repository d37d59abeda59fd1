"""Which columns are exported: those that are named, objects taken apart, and a list of objects as lines."""

from typing import Any

import pytest

from experiments.core.choices import ErrorCode, Nested
from experiments.core.errors import InvalidInput
from experiments.export.columns import columns_of
from experiments.export.jsonl_lines import jsonl_chunks
from experiments.export.rows import ExportLayout
from tests.unit.export.rows import layout_of, row, written

SKU = {"name": "sku", "type": "string"}
COUNT = {"name": "count", "type": "integer"}
ITEMS = {"name": "items", "type": "list", "items": {"type": "object", "fields": [SKU, COUNT]}}
ORDER = {"name": "order", "type": "object", "fields": [{"name": "number", "type": "string"}, ITEMS]}
TAGS = {"name": "tags", "type": "list", "items": {"type": "string"}}
LINES = {"name": "lines", "type": "list", "items": {"type": "object", "fields": [SKU]}}
ANSWER = {
    "order": {"number": "A7", "items": [{"sku": "x", "count": 2.0}, {"sku": "y"}]},
    "tags": ["late", "damaged"],
}


def nested(fields: list[dict[str, Any]], **options: Any) -> ExportLayout:
    return layout_of(["a"], [field["name"] for field in fields], response_fields=fields, **options)


def test_objects_are_json_unless_asked() -> None:
    text = written(nested([ORDER, TAGS]), row(["1"], {"order": {"number": "A7"}, "tags": []}))
    assert text == 'a,order,tags\n1,"{""number"":""A7""}",[]\n'


def test_flat_makes_a_column_of_each_field() -> None:
    text = written(
        nested([ORDER, TAGS], nested=Nested.FLAT, join="; "),
        row(["1"], {"order": {"number": "A7"}, "tags": ["late", "new"]}),
    )
    assert text == 'a,order.number,order.items,tags\n1,A7,,"late; new"\n'


def test_explode_makes_a_line_of_each_element_and_repeats_the_rest() -> None:
    layout = nested([ORDER, TAGS], nested=Nested.EXPLODE, join="+")
    text = written(layout, row(["1"], ANSWER), row(["2"], {"order": {"number": "B", "items": []}}), row(["3"]))
    assert text.splitlines() == [
        "a,order.number,item_index,order.items.sku,order.items.count,tags",
        "1,A7,0,x,2,late+damaged",
        "1,A7,1,y,,late+damaged",
        "2,B,,,,",
        "3,,,,,",
    ]


@pytest.mark.parametrize(
    ("fields", "explode", "path"),
    [([ITEMS, LINES], "items", "items.sku"), ([ITEMS, LINES], "lines", "lines.sku"), ([LINES, TAGS], "", "lines.sku")],
)
def test_which_list_is_exploded_is_named_where_there_are_several(fields: Any, explode: str, path: str) -> None:
    names = [column.name for column in columns_of(nested(fields, nested=Nested.EXPLODE, explode=explode))]
    assert path in names


@pytest.mark.parametrize(("fields", "explode"), [([ITEMS, LINES], ""), ([TAGS], ""), ([ITEMS], "tags"), ([], "")])
def test_otherwise_it_is_refused(fields: Any, explode: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        columns_of(nested(fields, nested=Nested.EXPLODE, explode=explode))
    assert refused.value.attr == "explode"


def test_chosen_columns_stand_in_the_order_they_are_named_in() -> None:
    layout = layout_of(["a", "a"], ["x"], run_columns=True, shown=["status", "a#1", "x"])
    assert written(layout, row(["1", "2"], {"x": 5})) == "status,a,x\nsucceeded,2,5\n"


def test_jsonl_has_only_those_too() -> None:
    layout = layout_of(["a", "b"], ["x", "y"], run_columns=True, shown=["b#1", "x", "row_index"])
    content = b"".join(jsonl_chunks(layout, [row(["1", "2"], {"x": 5})]))
    assert content == b'{"row":{"b#1":"2"},"response":{"x":5},"run":{"row_index":0}}\n'


def test_a_name_that_no_column_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="“c”") as refused:
        columns_of(layout_of(["a", "b"], shown=["a#0", "c"]))
    assert (refused.value.code, refused.value.attr) == (ErrorCode.UNKNOWN_COLUMN, "columns")


def test_null_nothing_and_empty_are_told_apart_where_asked() -> None:
    layout = layout_of(["a"], ["x", "y", "z", "t"], null="NULL")
    answer = {"x": None, "y": "", "t": "NULL"}
    assert written(layout, row(["1"], answer), row(["2"])) == 'a,x,y,z,t\n1,NULL,"",,"NULL"\n2,,,,\n'
    assert b"".join(jsonl_chunks(layout, [row(["1"], answer)])).endswith(b'"response":{"x":null,"y":"","t":"NULL"}}\n')
    assert written(layout_of(["a"], ["x", "y"]), row(["1"], {"x": None, "y": ""})) == "a,x,y\n1,,\n"

"""Lists, dates and nested fields have distributions, and each bar leads to its rows."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, finish
from tests.support.api import Api, numbered

FIELDS = [
    {"name": "tags", "type": "list", "items": {"type": "string"}},
    {"name": "due", "type": "date", "required": False},
    {"name": "vendor", "type": "object", "fields": [{"name": "city", "type": "string", "required": False}]},
    {
        "name": "lines",
        "type": "list",
        "items": {"type": "object", "fields": [{"name": "price", "type": "number"}]},
    },
    {"name": "more", "type": "object", "required": False},
]
ANSWERS: list[dict[str, Any]] = [
    {"tags": ["red", "blue", "red"], "due": "2026-01-31", "vendor": {"city": "Bonn"}, "lines": [{"price": 1.5}]},
    {"tags": ["red"], "due": "2026-03-01", "vendor": {"city": "Bonn"}, "lines": [{"price": 2}, {"price": 7.5}]},
    {"tags": [], "due": None, "vendor": {}, "lines": [], "more": {"a": 1}},
]


@pytest.fixture
def batch(api: Api) -> Draft:
    made = Draft(api, api.ready(api.network(None), numbered(len(ANSWERS)), response_fields=FIELDS))
    api.run(made.id)
    finish(made.id, dict(enumerate(ANSWERS)))
    return made


def test_nested_values_are_counted_and_found(batch: Draft) -> None:
    fields = {one["name"]: one for one in batch.api.get(f"{batch.path}/results")["fields"]}
    assert list(fields) == ["tags", "due", "vendor.city", "lines", "lines.price", "more"]
    # A tag that is there twice counts once; an empty list is empty.
    assert fields["tags"]["values"] == [{"value": "red", "count": 2}, {"value": "blue", "count": 1}]
    assert {name: one["empty"] for name, one in fields.items()} == {
        "tags": 1,
        "due": 1,
        "vendor.city": 1,
        "lines": 1,
        "lines.price": 1,
        "more": 2,
    }
    assert (fields["due"]["kind"], fields["due"]["min"], fields["due"]["max"]) == ("dates", "2026-01-31", "2026-03-01")
    assert [one["from"] for one in fields["due"]["bins"]] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert fields["vendor.city"]["values"] == [{"value": "Bonn", "count": 2}]
    assert (fields["lines"]["kind"], fields["lines"]["min"], fields["lines"]["max"]) == ("items", 1, 2)
    assert (fields["lines.price"]["min"], fields["lines.price"]["max"]) == (1.5, 7.5)
    assert fields["more"]["kind"] == "filled"

    for name, field in fields.items():
        for one in field.get("values", []):
            assert len(batch.api.rows(batch.id, field=name, value=one["value"])) == one["count"]
        for one in field.get("bins", []):
            assert len(batch.api.rows(batch.id, field=name, least=one["from"], below=one["to"])) == one["count"]
        assert len(batch.api.rows(batch.id, field=name, blank="true")) == field["empty"]
    assert [row["row_index"] for row in batch.api.rows(batch.id, field="due", least="2026-02")] == [1]
    assert batch.api.rows(batch.id, field="lines.price", value="3") == []
    assert batch.api.rows(batch.id, field="vendor.name", value="Bonn") == []

"""An experiment's own response fields: given as for a batch, or as a JSON Schema."""

from typing import Any

import pytest

from tests.integration.api.support import errors
from tests.support import datasets
from tests.support.api import Api

PRICE = {"description": "", "type": "number", "required": True, "nullable": True}
LINE = {
    "type": "object",
    "description": "",
    "nullable": False,
    "required": True,
    "fields": [{"name": "price", **PRICE}],
}
FIELDS: list[dict[str, Any]] = [
    {"name": "Größe", "description": "In cm.", "type": "integer", "required": True, "nullable": False, "minimum": 1},
    {"name": "lines", "description": "", "type": "list", "required": False, "nullable": False, "items": LINE},
]
ANSWER_FIELD = {"name": "answer", "description": "", "type": "string", "required": True, "nullable": False}


def draft(api: Api, **values: Any) -> Any:
    api.network(None)
    return api.post("/experiments", {"name": "e", "network": "net", **values})


def test_fields_of_any_shape_are_taken_and_answered_as_a_batch_does(api: Api) -> None:
    made = draft(api, response_fields=FIELDS)
    batch = api.post("/csv_batches", {"name": "b", "network": "net", "response_fields": FIELDS})
    assert made["schema_mode"] == "own"
    for key in ("response_fields", "schema_json"):
        assert made[key] == batch[key]
    assert made["response_fields"] == api.get(f"/experiments/{made['id']}")["response_fields"] == FIELDS


def test_one_way_of_giving_them_replaces_the_other_and_no_fields_are_no_schema(api: Api) -> None:
    address = f"/experiments/{draft(api, schema_json=datasets.ANSWER)['id']}"
    assert api.get(address)["response_fields"] == [ANSWER_FIELD]
    changed = api.patch(address, {"response_fields": FIELDS})
    assert list(changed["schema_json"]["properties"]) == ["Größe", "lines"]
    assert api.patch(address, {"schema_json": datasets.ANSWER})["response_fields"] == [ANSWER_FIELD]
    cleared = api.patch(address, {"response_fields": []})
    assert (cleared["schema_mode"], cleared["schema_json"], cleared["response_fields"]) == ("own", None, [])


@pytest.mark.parametrize("given", [{}, {"response_fields": FIELDS}, {"schema_json": datasets.ANSWER}])
def test_what_a_draft_shows_can_be_sent_back_and_changes_nothing(api: Api, given: Any) -> None:
    made = draft(api, **given)
    same = {key: made[key] for key in ("schema_mode", "schema_json", "response_fields")}
    changed = api.patch(f"/experiments/{made['id']}", same)
    assert {key: changed[key] for key in same} == same


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"response_fields": FIELDS, "schema_json": datasets.ANSWER}, ("invalid", "response_fields")),
        ({"response_fields": FIELDS, "schema_mode": "network"}, ("invalid", "response_fields")),
        ({"response_fields": FIELDS, "schema_mode": "none"}, ("invalid", "response_fields")),
        ({"response_fields": [*FIELDS, *FIELDS]}, ("duplicate_field", "response_fields")),
        ({"response_fields": [{"name": "a", "type": "list", "items": {"minimun": 1}}]},
         ("unknown", "response_fields.0.items.minimun")),
    ],
)  # fmt: skip
def test_what_contradicts_itself_or_is_no_field_is_refused_and_nothing_changes(
    api: Api, body: Any, error: tuple[str, str]
) -> None:
    made = draft(api)
    assert errors(api.patch(f"/experiments/{made['id']}", body, want=400)) == [error]
    assert errors(api.post("/experiments", {"name": "e", "network": "net", **body}, want=400)) == [error]
    assert api.get(f"/experiments/{made['id']}") == made


def test_fields_are_given_before_the_start_only(api: Api) -> None:
    api.network(None)
    made = datasets.answered(datasets.with_items("run_input\na\n", response_fields=FIELDS), [{"Größe": 3}])
    api.patch(f"/experiments/{made.pk}", {"response_fields": []}, want=409)
    copy = api.post(f"/experiments/{made.pk}/duplicate")
    assert copy["response_fields"] == FIELDS

"""In the mode `keep` the network stays as it is, and the batch has a copy of its schema."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors, finish
from tests.integration.web.support import browser
from tests.support.api import Api, from_csv

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"mood": {"type": "string", "enum": ["good", "bad"]}, "why": {"type": ["string", "null"]}},
    "required": ["mood"],
}


@pytest.fixture
def keeping(draft: Draft) -> Draft:
    data = {"respond_payload_schema": SCHEMA, "respond_payload_guidance": "Be brief."}
    draft.api.patch(f"/networks/{draft.state()['network']['id']}", {"additional_data": data})
    draft.api.patch(draft.path, {"schema_mode": "keep"})
    return draft


def test_the_schema_is_copied_and_the_network_left_alone(keeping: Draft) -> None:
    network = f"/networks/{keeping.state()['network']['id']}"
    before = keeping.api.get(network)
    keeping.api.post(f"{keeping.path}/run", {}, 202)
    assert keeping.state()["schema_json"] == SCHEMA
    assert [field["name"] for field in keeping.state()["response_fields"]] == ["topic", "score"]
    assert keeping.api.get(network) == before
    keeping.api.patch(network, {"additional_data": {}})
    assert keeping.state()["schema_json"] == SCHEMA


def test_an_empty_builder_takes_the_properties(keeping: Draft) -> None:
    keeping.api.patch(keeping.path, {"response_fields": []})
    keeping.api.post(f"{keeping.path}/run", {}, 202)
    plain = {"description": "", "type": "string"}
    assert keeping.state()["response_fields"] == [
        {"name": "mood", **plain, "required": True, "nullable": False, "choices": ["good", "bad"]},
        {"name": "why", **plain, "required": False, "nullable": True},
    ]


def test_a_property_of_any_name_becomes_a_column(keeping: Draft) -> None:
    names = ["Ärger", "é!", "7 days", "x" * 100, '"quoted", with comma']
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}, "required": names}
    network = f"/networks/{keeping.state()['network']['id']}"
    keeping.api.patch(network, {"additional_data": {"respond_payload_schema": schema}})
    keeping.api.patch(keeping.path, {"response_fields": []})
    keeping.api.post(f"{keeping.path}/run", {}, 202)
    finish(keeping.id, {0: dict.fromkeys(names, 5)})
    head, *lines = from_csv(keeping.api.export(keeping.id, metadata=0, partial=1))
    assert head[-5:] == names
    assert lines[0][-5:] == ["5"] * 5
    for name in names:
        assert len(keeping.api.rows(keeping.id, field=name, value="5")) == 1
    assert [field["name"] for field in keeping.api.get(f"{keeping.path}/results")["fields"]] == names
    # The page of such an answer, with the form to correct it.
    page = browser("ann").get(f"/csv-batch/{keeping.id}/row/0/")
    assert page.status_code == 200
    assert "é!" in page.content.decode()


def test_a_network_without_a_schema(draft: Draft) -> None:
    draft.api.patch(draft.path, {"schema_mode": "keep"})
    assert errors(draft.api.post(f"{draft.path}/run", {}, 400)) == [("required", "schema_mode")]


def test_a_network_that_forbids_changes_is_no_hindrance(api: Api, bob: Api) -> None:
    data = {"respond_payload_schema": SCHEMA}
    api.network(None, users_may_update_schema=False, additional_data=data)
    batch = bob.ready("net", [["1", "x"]], schema_mode="keep", response_fields=[])
    bob.post(f"/csv_batches/{batch}/run", {}, 202)

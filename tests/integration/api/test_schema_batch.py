"""In the mode `batch` the answers are checked by the batch's own schema, and the network stays as it is."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors
from tests.support.api import Api

OTHER: dict[str, Any] = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}


@pytest.fixture
def own(draft: Draft) -> Draft:
    draft.api.patch(draft.path, {"schema_mode": "batch"})
    return draft


def network_of(draft: Draft) -> str:
    return f"/networks/{draft.state()['network']['id']}"


@pytest.mark.parametrize("data", [{"note": "mine"}, {"respond_payload_schema": OTHER}], ids=["without", "with another"])
def test_it_starts_without_a_question_and_leaves_the_network_alone(own: Draft, data: dict[str, Any]) -> None:
    own.api.patch(network_of(own), {"additional_data": data})
    before = own.state()["schema_json"]
    own.api.post(f"{own.path}/run", {}, 202)
    assert own.api.get(network_of(own))["additional_data"] == data
    assert own.state()["schema_json"] == before
    assert (own.state()["status"], own.state()["schema_mode"]) == ("running", "batch")


def test_it_needs_fields(own: Draft) -> None:
    own.api.patch(own.path, {"response_fields": []})
    assert errors(own.api.post(f"{own.path}/run", {}, 400)) == [("required", "response_fields")]


def test_who_may_not_change_the_networks_schema_may_start(api: Api, bob: Api) -> None:
    api.network(None, users_may_update_schema=False, additional_data={"respond_payload_schema": OTHER})
    batch = bob.ready("net", [["1", "x"]], schema_mode="batch")
    bob.post(f"/csv_batches/{batch}/run", {}, 202)


def test_the_default_of_the_api_stays(api: Api) -> None:
    batch = api.draft(api.network(None))
    assert api.batch(batch)["schema_mode"] == "update"

"""A name that a call does not know is refused, by name, with those that it knows; nothing is done then."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors, finish
from tests.support.api import Api


def sentence(body: Any) -> str:
    ((_, _), *_) = errors(body)
    return str(body["errors"][0]["detail"])


@pytest.fixture
def ended(draft: Draft) -> Draft:
    finish(draft.id, {0: {"topic": "a", "score": 1}}, {1: "timeout"})
    return draft


def test_a_start_of_some_rows_that_is_misspelled_starts_none(draft: Draft) -> None:
    body = draft.api.run(draft.id, 400, limit=1)
    assert errors(body) == [("unknown", "limit")]
    assert draft.state()["status"] == "draft"
    assert "confirm_schema_change, first, from, seen, to" in sentence(body)


def test_a_retry_of_some_rows_that_is_misspelled_retries_none(ended: Draft) -> None:
    body = ended.api.post(f"{ended.path}/retry", {"rows": [0]}, 400)
    assert errors(body) == [("unknown", "rows")]
    assert "Did you mean “row_indexes”?" in sentence(body)
    assert ended.state()["progress"]["failed"] == 1


def test_a_copy_of_some_rows_that_is_misspelled_copies_none(ended: Draft) -> None:
    body = ended.api.post(f"{ended.path}/duplicate", {"row_indexes": [0]}, 400)
    assert errors(body) == [("unknown", "row_indexes")]
    assert len(ended.api.get("/csv_batches")["results"]) == 1


def test_an_export_of_some_rows_that_is_misspelled_gives_none(ended: Draft) -> None:
    body = ended.api.get(f"{ended.path}/export", 400, stauts="failed")
    assert errors(body) == [("unknown", "stauts")]
    assert sentence(body).startswith("The parameter “stauts” is not known. Did you mean “status”?")


def test_a_filter_that_runs_do_not_have(api: Api) -> None:
    assert errors(api.get("/runs", 400, agent="a")) == [("unknown", "agent")]
    assert api.get("/runs", network="net", kind="direct", status="ok", limit=5)["results"] == []


def test_all_of_them_are_named_each_once(api: Api) -> None:
    agents = [{"key": "a", "promt": "x"}, {"key": "b", "promt": "y", "colour": "red"}]
    body = api.post("/networks", {"name": "n", "agents": agents, "urls": 1}, 400)
    assert errors(body) == [("unknown", "agents.0.promt"), ("unknown", "agents.1.colour"), ("unknown", "urls")]
    assert "Did you mean “prompt”? Each of “agents” takes allow_respond" in sentence(body)
    assert api.get("/networks")["results"] == []


def test_many_are_not_all_named(api: Api) -> None:
    assert len(api.post("/networks", {f"k{number}": 1 for number in range(300)}, 400)["errors"]) == 20


def test_a_long_name_is_cut(api: Api) -> None:
    (error,) = api.post("/networks", {"name": "n", "k" * 10_000: 1}, 400)["errors"]
    assert len(error["attr"]) == 100
    assert len(error["detail"]) < 1000


@pytest.mark.parametrize("name", ["7", "", "a.b", "\0", "😀"])
def test_an_odd_name(api: Api, name: str) -> None:
    assert errors(api.post("/networks", {"name": "n", name: 1}, 400)) == [("unknown", name)]
    agents = [{"key": "a", name: 1}]
    assert errors(api.post("/networks", {"name": "n", "agents": agents}, 400)) == [("unknown", f"agents.0.{name}")]


def test_what_is_free_stays_free(draft: Draft) -> None:
    api = draft.api
    free = {"anything": {"at": ["all"]}}
    api.post("/networks", {"name": "n", "additional_data": free})
    finish(draft.id, {0: {"topic": "a", "score": 1}})
    corrected = {"corrected_payload": {"topic": "b", "score": 2, "more": {"of": "it"}}}
    assert api.patch(f"{draft.path}/rows/0", corrected)["corrected_payload"]["more"] == {"of": "it"}
    message = {"user_message": "hi", "system_params": {"any": {"thing": 1}}}
    api.post(f"/networks/{api.get('/networks', limit=1)['results'][0]['id']}/try", message, 202)


def test_cells_name_columns_and_no_keys(api: Api) -> None:
    batch = api.draft(api.network(None))
    api.post(f"/csv_batches/{batch}/rows", {"rows": [{"row_index": 0, "row_payload": {"limit": "x", "Zürich": "y"}}]})
    assert [column["name"] for column in api.batch(batch)["columns"]] == ["limit", "Zürich"]


def test_what_a_get_shows_can_be_sent_back(draft: Draft, api: Api) -> None:
    shown = draft.state()
    same = api.patch(draft.path, {**shown, "network": shown["network"]["id"], "name": "changed", "status": "completed"})
    assert same == {**shown, "name": "changed"}
    (network,) = api.get("/networks")["results"]
    assert api.patch(f"/networks/{network['id']}", {**network, "id": 99, "description": "d"})["id"] == network["id"]


def test_what_only_a_get_shows_makes_nothing(api: Api) -> None:
    body = api.post("/networks", {"id": 7, "name": "n"}, 400)
    assert errors(body) == [("unknown", "id")]
    assert sentence(body).startswith("“id” is read only.")


@pytest.mark.parametrize("body", ['{"reason": "lunch"}', "[1]", '"now"', "7"])
def test_a_call_without_a_body_takes_none(draft: Draft, body: str) -> None:
    answer = draft.api.client.generic("POST", f"/api{draft.path}/pause", body, content_type="application/json")
    assert answer.status_code == 400
    assert "takes no" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("body", ["", "{}", "null"])
def test_an_empty_body_is_none(draft: Draft, body: str) -> None:
    answer = draft.api.client.generic("POST", f"/api{draft.path}/pause", body, content_type="application/json")
    assert answer.status_code == 409


def test_a_question_in_the_body_of_a_get_is_not_overlooked(ended: Draft) -> None:
    answer = ended.api.client.generic(
        "GET", f"/api{ended.path}/export", '{"status": "failed"}', content_type="application/json"
    )
    assert (answer.status_code, errors(answer.json())) == (400, [("unknown", "status")])


def test_a_field_of_an_upload(api: Api) -> None:
    batch = api.draft(api.network(None))
    assert errors(api.upload(batch, b"a\n1\n", want=400, delimeter=";")) == [("unknown", "delimeter")]
    assert api.batch(batch)["upload"] is None


def test_somebody_elses_batch_is_not_there_whatever_is_asked(draft: Draft, bob: Api) -> None:
    bob.get(f"{draft.path}/export", 404, stauts="failed")
    bob.post(f"{draft.path}/retry", {"rows": [0]}, 404)


def test_run_ignores_what_it_does_not_know(api: Api) -> None:
    answer = api.client.post("/run", {"network": "none", "user_message": "hi", "temperature": 1}, format="json")
    assert answer.status_code == 404


def test_the_description_has_parameters_of_its_own(api: Api) -> None:
    assert api.client.get("/api/schema?format=json").json()["openapi"]
    assert api.client.get("/api/schema?format=yaml").content.startswith(b"openapi:")
    assert errors(api.client.get("/api/schema?format=xml").json()) == [("invalid_choice", "format")]
    assert api.client.get("/api/docs?script=").status_code == 200
    assert errors(api.client.get("/api/docs?scrpt=").json()) == [("unknown", "scrpt")]

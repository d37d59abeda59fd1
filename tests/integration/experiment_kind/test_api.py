"""Experiments through the API: the same calls as for batches, and those that are theirs alone."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from experiments.experiment_kind.models import Experiment
from tests.support import datasets
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

CONTENT = b"run_input,expected,label,id\nmail 1,yes,x,a\nmail 2,no,y,b\nmail 3,,y,c\n"


def draft(api: Api, **values: Any) -> str:
    api.network(None)
    return str(api.post("/experiments", {"name": "e", "network": "net", **values})["id"])


def upload(api: Api, made: str, content: bytes, want: int = 201, name: str = "x.csv", **options: str) -> Any:
    data = {"file": SimpleUploadedFile(name, content), **options}
    return api.call("post", f"/experiments/{made}/upload", want, data, format="multipart")


def test_a_draft_shows_what_is_its_own(api: Api) -> None:
    made = draft(api, schema_json=datasets.ANSWER, scoring={"rule": "exact", "field": "answer"}, concurrency=3)
    found = api.get(f"/experiments/{made}")
    assert (found["kind"], found["status"], found["concurrency"], found["schema_mode"]) == (
        "experiment",
        "draft",
        3,
        "own",
    )
    assert found["scoring"] == {"rule": "exact", "field": "answer", "absolute": 0.0, "relative": 0.0}
    assert [field["name"] for field in found["response_fields"]] == ["answer"]
    assert [one["id"] for one in api.get("/experiments")["results"]] == [made]


def test_an_upload_says_what_was_recognised(api: Api) -> None:
    made = draft(api)
    found = upload(api, made, CONTENT)
    assert (found["items"], found["rows"], found["encoding"], found["delimiter"]) == (3, 3, "utf-8", ",")
    assert [column["role"] for column in found["columns"]] == ["message", "expected", "label", "metadata"]
    assert [(warning["code"], warning["line"]) for warning in found["warnings"]] == [("no_expected", 4)]
    assert api.get(f"/experiments/{made}")["progress"]["total"] == 3


def test_an_upload_is_read_with_the_options_of_a_batch(api: Api) -> None:
    made = draft(api)
    broken = b"# by us\nrun_input;expected\nmail 1;yes\nmail 2;no;too long\n"
    found = upload(api, made, broken, comment="#", ragged="skip")
    assert (found["items"], found["rejects"], found["options"]["comment"], found["options"]["header"]) == (1, 1, "#", 2)
    assert [(one["code"], one["line"]) for one in found["warnings"] if one["code"] == "unreadable_row"] == [
        ("unreadable_row", 4)
    ]
    refused = upload(api, made, broken, want=400, header_rows="0")
    assert [error["attr"] for error in refused["errors"]] == ["header_rows"]


def test_a_file_that_is_no_data_set_is_refused_with_every_line(api: Api) -> None:
    made = draft(api)
    upload(api, made, CONTENT)
    refused = upload(api, made, b"run_input,iterations\n,1\nx,many\n", want=400)
    assert refused["type"] == "validation_error"
    assert [error["code"] for error in refused["errors"]] == ["empty_message", "invalid_iterations"]
    assert (refused["line"], refused["column"], refused["problem_count"]) == (2, 1, 2)
    assert [(one["line"], one["column"], one["field"]) for one in refused["problems"]] == [
        (2, 1, "run_input"),
        (3, 2, "iterations"),
    ]
    assert api.get(f"/experiments/{made}")["progress"]["total"] == 3


def test_an_item_by_hand_may_expect_any_json(api: Api) -> None:
    made = draft(api)
    item = {"user_message": "2 + 2", "expected": {"sum": 4}, "iterations": 2, "system_params": {"a": {"b": 1}}}
    found = api.post(f"/experiments/{made}/items", {**item, "label": "easy", "metadata": {"id": "7"}})
    assert (found["items"], found["rows"]) == (1, 2)
    [row, _] = api.get(f"/experiments/{made}/rows")["results"]
    assert row["row_payload"] == {
        "user_message": "2 + 2",
        "expected": '{"sum":4}',
        "label": "easy",
        "system_params": '{"a":{"b":1}}',
        "id": "7",
        "item": "0",
        "iteration": "1",
    }
    assert (row["answered"], row["verdict"]) == (None, "open")


@pytest.mark.parametrize("item", [{}, {"user_message": "a", "iterations": 0}, {"user_message": "a", "metadata": []}])
def test_an_item_of_the_wrong_shape_is_refused(api: Api, item: dict[str, Any]) -> None:
    api.post(f"/experiments/{draft(api)}/items", item, want=400)


def test_everything_that_is_missing_is_said_at_the_start(api: Api) -> None:
    refused = api.post(f"/experiments/{draft(api, schema_mode='own')}/run", want=400)
    assert [error["attr"] for error in refused["errors"]] == ["items", "schema_json"]


def test_from_upload_to_score_and_export(api: Api, run_server: RunServer, worker: Worker) -> None:
    answer = {"do": "ok", "payload": {"answer": "YES"}}
    run_server.script(default=answer, rules=[{"match": "mail 2", "attempts": [{"do": "status", "status": 422}]}])
    api.network(run_server)
    made = str(api.post("/experiments", {"name": "e", "network": "net"})["id"])
    upload(api, made, CONTENT)
    api.post(f"/experiments/{made}/run", want=202)
    eventually(lambda: api.get(f"/experiments/{made}")["status"] == "completed", what="the experiment")
    score = api.get(f"/experiments/{made}/score")
    total = score["total"]
    assert (total["right"], total["wrong"], total["no_answer"], total["no_expectation"]) == (1, 0, 1, 1)
    assert total["share"] == 0.5
    assert score["confusion"] == {"choices": ["no", "yes"], "others": [], "counts": [[0, 0, 1], [0, 1, 0]]}
    rows = api.get(f"/experiments/{made}/rows", verdict="no_answer")["results"]
    assert [row["row_index"] for row in rows] == [1]
    changed = api.patch(f"/experiments/{made}/score", {"scoring": {"rule": "exact"}})
    assert changed["total"]["right"] == 0
    assert api.get(f"/experiments/{made}/rows/0")["verdict"] == "wrong"
    head, *lines = csv.reader(io.StringIO(api.get(f"/experiments/{made}/export").decode()))
    first = dict(zip(head, lines[0], strict=True))
    assert head[:8] == ["run_input", "expected", "label", "id", "item", "iteration", "verdict", "answered"]
    assert (first["answered"], first["verdict"], first["status"]) == ("YES", "wrong", "succeeded")
    line = json.loads(api.get(f"/experiments/{made}/export", format="jsonl").splitlines()[1])
    assert line["extra"] == {"answered": None, "verdict": "no_answer"}
    assert api.post(f"/experiments/{made}/retry", {"row_indexes": [1]}, want=202) == {"requeued": 1}
    eventually(lambda: api.get(f"/experiments/{made}/score")["total"]["no_answer"] == 0, what="the retried item")


def test_two_are_compared_and_changed_items_come_first(api: Api) -> None:
    first = draft(api)
    upload(api, first, CONTENT)
    second = str(api.post(f"/experiments/{first}/duplicate")["id"])
    for made, answers in ((first, ["yes", "yes", "x"]), (second, ["yes", "no", "x"])):
        datasets.answered(Experiment.objects.get(pk=made), [{"answer": answer} for answer in answers])
    found = api.get(f"/experiments/{first}/score/compare", **{"with": second, "limit": 2})
    assert found["counts"] == {
        "right_to_wrong": 0,
        "wrong_to_right": 1,
        "both_wrong": 0,
        "both_right": 1,
        "not_comparable": 1,
    }
    assert (found["first"]["total"]["right"], found["second"]["total"]["right"]) == (1, 2)
    assert [(one["item"], one["change"]) for one in found["results"]] == [(1, "wrong_to_right"), (0, "both_right")]
    assert found["previous"] is None
    rest = api.get(found["next"].partition("/api")[2])
    assert [one["item"] for one in rest["results"]] == [2]
    assert rest["next"] is None
    only = api.get(f"/experiments/{first}/score/compare", **{"with": second, "change": "both_right"})
    assert [one["item"] for one in only["results"]] == [0]


def test_other_data_sets_and_others_experiments_are_not_compared(api: Api) -> None:
    first = draft(api)
    upload(api, first, CONTENT)
    other = str(api.post("/experiments", {"name": "e", "network": "net"})["id"])
    upload(api, other, b"run_input\nx\n")
    refused = api.get(f"/experiments/{first}/score/compare", want=409, **{"with": other})
    assert refused["errors"][0]["code"] == "different_datasets"
    bob = Api.as_user("bob")
    his = str(bob.post("/experiments", {"name": "e", "network": "net"})["id"])
    for path in ("", "/score", "/rows", f"/score/compare?with={his}", "/export?partial=1"):
        bob.get(f"/experiments/{first}{path}", want=404)
    bob.call("get", f"/experiments/{his}/score/compare?with={first}", 404)


def test_a_deleted_experiment_is_gone(api: Api) -> None:
    made = draft(api)
    upload(api, made, CONTENT)
    api.delete(f"/experiments/{made}")
    api.get(f"/experiments/{made}", want=404)


def test_the_description_has_the_calls_of_experiments(api: Api) -> None:
    described = api.client.get("/api/schema", headers={"accept": "application/vnd.oai.openapi+json"})
    paths = json.loads(described.content)["paths"]
    for call in (
        "",
        "/upload",
        "/items",
        "/rows",
        "/run",
        "/score",
        "/score/compare",
        "/compare",
        "/export",
        "/duplicate",
    ):
        assert f"/api/experiments/{{experiment_id}}{call}" in paths

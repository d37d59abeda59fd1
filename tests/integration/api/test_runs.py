"""A run is what was sent and what came back; it is there for its owner and for staff."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model

from csv_batches.models import CsvBatchRow
from experiments.models import Network, Run
from tests.integration.api.support import RUN_KEYS, UTC_TIME, Draft, errors
from tests.support.api import Api


def make(owner: str, trace_id: str, network: str = "net", **values: Any) -> Run:
    made: Run = Run.objects.create(
        trace_id=trace_id,
        network=Network.objects.get_or_create(name=network)[0],
        owner=get_user_model().objects.get(username=owner),
        **values,
    )
    return made


def test_a_run_of_a_row(draft: Draft) -> None:
    item = CsvBatchRow.objects.get(queue_id=draft.id, row_index=1)
    make("ann", "t1", item_id=item.pk, request={"user_message": "x"}, execution_log=[{"type": "odd"}], duration_ms=5)
    run = draft.api.get("/runs/t1")
    assert set(run) == RUN_KEYS
    assert (run["queue"], run["row_index"], run["item_id"]) == (draft.id, 1, item.pk)
    assert (run["network"], run["request"], run["execution_log"]) == ("net", {"user_message": "x"}, [{"type": "odd"}])
    assert UTC_TIME.fullmatch(run["created_at"])
    assert draft.api.get("/runs")["results"] == [run]


def test_a_run_of_nobodys_row(api: Api) -> None:
    make("ann", "t1")
    run = api.get("/runs/t1")
    assert set(run) == RUN_KEYS
    assert (run["queue"], run["row_index"], run["item_id"], run["debug"]) == (None, None, None, None)


def test_only_its_owner_and_staff_see_it(api: Api, bob: Api) -> None:
    make("bob", "of-bob")
    make("ann", "of-ann")
    eve = Api.as_user("eve")
    assert [run["trace_id"] for run in bob.get("/runs")["results"]] == ["of-bob"]
    assert [run["trace_id"] for run in api.get("/runs")["results"]] == ["of-ann", "of-bob"]
    assert eve.get("/runs")["results"] == []
    bob.get("/runs/of-bob")
    api.get("/runs/of-bob")
    for who, trace_id in ((bob, "of-ann"), (eve, "of-bob"), (api, "nothing")):
        assert errors(who.get(f"/runs/{trace_id}", 404), kind="client_error") == [("not_found", None)]


@pytest.mark.parametrize(
    "trace_id", ["a/b", "a//b", "../x", "a.b.json", ".", "a b", "ü", "a?b=c#d", "%2F", "a/", "x" * 2000, "runs/x"]
)
def test_odd_trace_ids(api: Api, trace_id: str) -> None:
    make("ann", trace_id)
    assert api.get(f"/runs/{quote(trace_id)}")["trace_id"] == trace_id


def test_no_run_has_a_trace_id_that_cannot_be_stored(api: Api) -> None:
    for trace_id in ("%00", "a%00b"):
        assert errors(api.get(f"/runs/{trace_id}", 404), kind="client_error") == [("not_found", None)]


def test_a_run_of_the_default_agent_names_none(api: Api) -> None:
    make("ann", "default", agent_key="")
    make("ann", "named", agent_key="a")
    assert [api.get(f"/runs/{trace_id}")["agent_key"] for trace_id in ("default", "named")] == [None, "a"]


def test_a_trace_id_of_two_networks_is_the_newest_that_one_may_see(api: Api, bob: Api) -> None:
    make("bob", "t", "first", status="older")
    make("bob", "t", "second", status="newer")
    make("ann", "t", "third", status="newest")
    assert bob.get("/runs/t")["status"] == "newer"
    assert api.get("/runs/t")["status"] == "newest"

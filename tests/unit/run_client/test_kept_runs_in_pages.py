"""A listing of any size is read in pages, or by item, as the remote can."""

from collections.abc import Iterator
from typing import Any

import pytest

from experiments.run_client import NoAnswer, config_api
from experiments.run_client.config_api import ConfigTarget, KeptRuns, kept_runs
from tests.support.run_server import RunServer


@pytest.fixture(scope="module")
def server() -> Iterator[RunServer]:
    with RunServer() as server:
        yield server


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_api, "PAGE_SIZES", (4, 2))


def remote(server: RunServer, rows: int, **setup: Any) -> None:
    server.reset()
    server.remote(**setup)
    for index in range(rows):
        call = {"network": "net", "user_message": f"row {index}", "experiment_id": "q", "experiment_item_index": index}
        server.run(call)


def looked_up(server: RunServer, index: int) -> KeptRuns:
    return kept_runs(ConfigTarget(server.base, None, "net"), "q", index, is_wanted=lambda run: run.item_index == index)


def queries(server: RunServer) -> list[dict[str, str]]:
    return [call["query"] for call in server.remote_state()["calls"]]


@pytest.mark.usefixtures("small_pages")
def test_pages_are_read_until_the_row_is_there(server: RunServer) -> None:
    remote(server, 10, pages=True)
    found = looked_up(server, 4)
    assert [run.item_index for run in found.runs] == [9, 8, 7, 6, 5, 4, 3, 2]
    assert [(query["limit"], query["offset"]) for query in queries(server)] == [("4", "0"), ("4", "4")]
    assert not found.is_whole


@pytest.mark.usefixtures("small_pages")
def test_a_row_that_is_not_there_ends_with_the_last_page(server: RunServer) -> None:
    remote(server, 10, pages=True)
    assert len(looked_up(server, 77).runs) == 10
    assert len(queries(server)) == 3


@pytest.mark.usefixtures("small_pages")
def test_a_remote_without_pages_is_asked_once(server: RunServer) -> None:
    remote(server, 10)
    found = looked_up(server, 77)
    assert (len(found.runs), found.is_whole, len(queries(server))) == (10, True, 1)


@pytest.mark.usefixtures("small_pages")
def test_a_whole_list_as_long_as_a_page_is_not_taken_for_one(server: RunServer) -> None:
    remote(server, 4)
    found = looked_up(server, 77)
    assert (len(found.runs), found.is_whole, len(queries(server))) == (4, True, 3)


def test_a_remote_that_can_lists_the_runs_of_the_row(server: RunServer) -> None:
    remote(server, 10, by_item=True)
    found = looked_up(server, 4)
    assert ([run.item_index for run in found.runs], found.is_whole) == ([4], False)


def test_a_remote_that_takes_no_query_is_asked_without(server: RunServer) -> None:
    remote(server, 3, strict=True)
    assert len(looked_up(server, 1).runs) == 3
    assert queries(server)[1] == {}


def test_pages_that_are_too_long_become_shorter(server: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_api, "PAGE_SIZES", (20, 2))
    monkeypatch.setattr(config_api, "MAX_LISTING_BYTES", 4000)
    remote(server, 10, pages=True)
    assert [run.item_index for run in looked_up(server, 8).runs] == [9, 8]
    assert [query["limit"] for query in queries(server)] == ["20", "2"]


def test_more_pages_than_are_read_are_said(server: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_api, "PAGE_SIZES", (2,))
    monkeypatch.setattr(config_api, "MAX_PAGES", 3)
    remote(server, 10, pages=True)
    with pytest.raises(NoAnswer, match="than 3 pages"):
        looked_up(server, 0)
    assert len(looked_up(server, 6).runs) == 4

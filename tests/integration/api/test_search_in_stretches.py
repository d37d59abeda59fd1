"""A search of very many rows answers with what it found in time, and its `next` goes on; where that is none, a 400."""

from typing import Any

import pytest

from csv_batches.models import CsvBatchRow
from experiments.api import pagination
from experiments.selectors import items
from tests.integration.api.support import Draft, errors
from tests.support.api import Api

ORIGIN = "http://testserver/api"


@pytest.fixture(autouse=True)
def _one_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is up after the first stretch, of ten rows."""
    monkeypatch.setattr(items, "LOOK_S", 0.0)
    monkeypatch.setattr(items, "FIRST_STRETCH", 10)
    monkeypatch.setattr(pagination, "PATIENCE", 0.0)


@pytest.fixture
def batch(api: Api) -> Draft:
    """Forty rows; 3, 4, 5 and 27 have the word."""
    rows = [[str(index), "needle" if index in (3, 4, 5, 27) else "hay"] for index in range(40)]
    return Draft(api, api.ready(api.network(None), rows))


def get(batch: Draft, address: str, want: int = 200) -> Any:
    return batch.api.get(address.removeprefix(ORIGIN), want)


def indexes(page: Any) -> list[int]:
    return [row["row_index"] for row in page["results"]]


def test_a_page_may_be_shorter_than_its_limit_and_have_a_next(batch: Draft) -> None:
    page = batch.api.get(f"{batch.path}/rows", search="needle")
    assert indexes(page) == [3, 4, 5]
    assert page["next"] is not None


def test_where_none_was_found_in_time_it_says_so_and_where_to_go_on(batch: Draft) -> None:
    page = batch.api.get(f"{batch.path}/rows", search="needle")
    body = get(batch, page["next"], 400)
    assert errors(body) == [("too_broad", "search")]
    assert "none up to row 19 matches." in body["errors"][0]["detail"]
    page = get(batch, body["next"])
    assert indexes(page) == [27]


def test_whoever_follows_next_finds_all_of_them(batch: Draft) -> None:
    found, address = [], f"{batch.path}/rows?search=needle&limit=2"
    while address:
        response = batch.api.client.get(f"/api{address.removeprefix(ORIGIN)}")
        page = response.json()
        found += indexes(page) if response.status_code == 200 else []
        address = page["next"]
    assert found == [3, 4, 5, 27]


def test_previous_leads_back(batch: Draft) -> None:
    first = batch.api.get(f"{batch.path}/rows", search="needle", limit=2)
    second = get(batch, first["next"])
    assert indexes(second) == [5]
    assert indexes(get(batch, second["previous"])) == [3, 4]
    assert first["previous"] is None


def test_from_a_later_page_back_over_a_gap(batch: Draft) -> None:
    page = batch.api.get(f"{batch.path}/rows", search="needle")
    late = get(batch, get(batch, page["next"], 400)["next"])
    body = get(batch, late["previous"], 400)
    assert "none down to row 17 matches." in body["errors"][0]["detail"]
    assert indexes(get(batch, get(batch, body["next"], 400)["next"])) == [3, 4, 5]


def test_at_the_end_there_is_no_next(batch: Draft) -> None:
    page = batch.api.get(f"{batch.path}/rows", search="needle", cursor="")
    while page["next"]:
        response = batch.api.client.get(f"/api{page['next'].removeprefix(ORIGIN)}")
        page = response.json()
    assert page["results"] == []


def test_with_patience_it_looks_until_it_has_one(batch: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "PATIENCE", 1000.0)
    CsvBatchRow.objects.filter(queue_id=batch.id, row_index__lt=10).update(payload=["0", "hay"])
    assert indexes(batch.api.get(f"{batch.path}/rows", search="needle")) == [27]


def test_other_filters_have_whole_pages(batch: Draft) -> None:
    assert len(batch.api.get(f"{batch.path}/rows", status="queued")["results"]) == 40

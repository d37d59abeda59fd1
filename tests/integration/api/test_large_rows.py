"""A page of large rows has fewer of them than were asked for, and its cursors go on where it ended."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Case, Value, When
from django.db.models.functions import JSONObject, Repeat

from csv_batches.models import CsvBatchRow
from experiments.api import pagination
from experiments.models import Network, Run
from tests.integration.api.support import Draft
from tests.support.api import Api, numbered

ROWS = 40


@pytest.fixture
def draft(api: Api) -> Draft:
    """Rows of a hundred bytes, and of a megabyte from the tenth to the 29th."""
    made = Draft(api, api.ready(api.network(None), numbered(ROWS)))
    # Written in the database: twenty megabytes on their way there would take as long as all the rest.
    letters = Case(When(row_index__range=(10, 29), then=10**6), default=100)
    CsvBatchRow.objects.filter(queue_id=made.id).update(
        status="failed", result_payload=JSONObject(text=Repeat(Value("é"), letters))
    )
    return made


def pages(api: Api, address: str | None, towards: str = "next") -> Iterator[list[dict[str, Any]]]:
    while address:
        page = api.get(address.partition("/api")[2] or address)
        yield page["results"]
        address = page[towards]


def indexes(found: list[list[dict[str, Any]]]) -> list[list[int]]:
    return [[row["row_index"] for row in page] for page in found]


def test_all_rows_come_once_in_pages_of_few_bytes(draft: Draft) -> None:
    found = list(pages(draft.api, f"{draft.path}/rows?limit=1000"))
    assert [row for page in indexes(found) for row in page] == list(range(ROWS))
    assert len(found) > 3
    for page in found:
        assert len(page) == 1 or len(json.dumps(page, ensure_ascii=False)) < pagination.MOST_BYTES + 10**5


def test_small_rows_come_as_many_as_were_asked_for(draft: Draft) -> None:
    first = draft.api.get(f"{draft.path}/rows?limit=9")
    assert indexes([first["results"]]) == [list(range(9))]


def test_the_way_back_is_the_same(draft: Draft) -> None:
    page = draft.api.get(f"{draft.path}/rows?limit=1000")
    while page["next"]:
        page = draft.api.get(page["next"].partition("/api")[2])
    last = [row["row_index"] for row in page["results"]]
    back = list(pages(draft.api, page["previous"], "previous"))
    assert [row for one in reversed(indexes(back)) for row in one] == list(range(last[0]))


def test_one_row_that_is_larger_than_a_page_comes_alone(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_BYTES", 10_000)
    found = indexes(list(pages(draft.api, f"{draft.path}/rows?status=failed&limit=7")))
    assert [row for page in found for row in page] == list(range(ROWS))
    assert found[0] == list(range(7))
    assert all(len(page) == 1 for page in found if page[0] in range(10, 29))


def test_runs_of_one_moment_come_once(draft: Draft) -> None:
    """Their order has no key of its own, so that cursors count them."""
    network = Network.objects.get()
    owner = get_user_model().objects.get()
    moment = "2026-01-01T00:00:00Z"
    Run.objects.bulk_create(
        Run(trace_id=f"t{number}", network=network, owner=owner, created_at=moment, request={"text": "x" * 10**6})
        for number in range(12)
    )
    found = list(pages(draft.api, "/runs?limit=1000"))
    assert sorted(run["trace_id"] for page in found for run in page) == sorted(f"t{number}" for number in range(12))
    assert len(found) > 2

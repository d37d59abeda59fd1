"""Lists are pages: `{next, previous, results}` with absolute addresses or null."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.integration.api.support import Draft, errors
from tests.support.api import Api

ORIGIN = "http://testserver/api"


def walk(api: Api, path: str, **query: Any) -> list[Any]:
    pages = [api.get(path, **query)]
    while pages[-1]["next"]:
        assert pages[-1]["next"].startswith(ORIGIN)
        pages.append(api.get(pages[-1]["next"].removeprefix(ORIGIN)))
    return pages


@pytest.fixture
def many(api: Api) -> Draft:
    batch = Draft(api, api.draft(api.network(None)))
    api.post(f"{batch.path}/rows", {"rows": [{"row_index": i, "row_payload": {"a": str(i)}} for i in range(25)]})
    return batch


def test_a_list_without_a_second_page(draft: Draft) -> None:
    for path in ("/networks", "/csv_batches", "/runs", f"{draft.path}/rows"):
        page = draft.api.get(path)
        assert set(page) == {"next", "previous", "results"}
        assert (page["next"], page["previous"]) == (None, None)


def test_pages_follow_each_other_without_gap_or_repetition(many: Draft) -> None:
    pages = walk(many.api, f"{many.path}/rows", limit=10)
    assert [len(page["results"]) for page in pages] == [10, 10, 5]
    assert [row["row_index"] for page in pages for row in page["results"]] == list(range(25))
    assert pages[0]["previous"] is None


def test_previous_leads_back(many: Draft) -> None:
    pages = walk(many.api, f"{many.path}/rows", limit=10)
    for page, following in pairwise(pages):
        back = many.api.get(following["previous"].removeprefix(ORIGIN))
        assert back["results"] == page["results"]


def test_filters_stay_in_the_addresses(many: Draft) -> None:
    page = many.api.get(f"{many.path}/rows", limit=2, status="queued")
    assert "status=queued" in urlsplit(page["next"]).query
    assert "limit=2" in urlsplit(page["next"]).query


def test_the_newest_batch_comes_first(api: Api) -> None:
    api.network(None)
    names = [str(number) for number in range(7)]
    for name in names:
        api.draft("net", name=name)
    pages = walk(api, "/csv_batches", limit=3)
    assert [batch["name"] for page in pages for batch in page["results"]] == names[::-1]


@pytest.mark.parametrize(("limit", "rows"), [("1", 1), ("25", 25), ("5000", 25), ("", 25)])
def test_limit(many: Draft, limit: str, rows: int) -> None:
    assert len(many.api.get(f"{many.path}/rows", limit=limit)["results"]) == rows


def test_a_page_has_at_most_1000_rows(api: Api) -> None:
    batch = Draft(api, api.draft(api.network(None)))
    api.post(f"{batch.path}/rows", {"rows": [{"row_index": i, "row_payload": {"a": ""}} for i in range(1001)]})
    assert len(api.get(f"{batch.path}/rows", limit=2000)["results"]) == 1000
    assert len(api.get(f"{batch.path}/rows")["results"]) == 100


# base64 of: p=abc, p=%00, p=99999999999999999999, o=-1, and a letter that it never has
@pytest.mark.parametrize("cursor", ["cD1hYmM=", "cD0lMDA=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ==", "bz0tMQ==", "ü"])
@pytest.mark.parametrize("path", ["/networks", "/csv_batches", "/runs", "rows"])
def test_a_cursor_that_no_list_gave_out(draft: Draft, path: str, cursor: str) -> None:
    path = f"{draft.path}/rows" if path == "rows" else path
    response = draft.api.client.get(f"/api{path}", query_params={"cursor": cursor})
    if path == "/networks" and response.status_code == 200:
        return  # any text is a place between two names
    assert response.status_code == 400, response.content
    assert errors(response.json()) == [("invalid_cursor", "cursor")]

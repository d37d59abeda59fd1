"""Where the database takes longer than a page may, people and programs get a sentence that says what helps."""

from typing import Any

import pytest
from django.db import connection

from tests.integration.api.support import errors
from tests.integration.page_time.support import held
from tests.integration.web.support import batch_of, browser, queue_url
from tests.support.api import Api

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, RUNS = "experiments_queueitem", "experiments_run"
ROWS_SENTENCE = "Too many rows to look through in time: narrow the search, for example by a status or an error code."


@pytest.fixture(autouse=True)
def _limit(settings: Any) -> None:
    settings.PAGE_TIMEOUT_MS = 100


@pytest.mark.parametrize("tail", ["?search=mail", "?field=category&value=billing"])
def test_a_search_says_so_on_its_page(tail: str) -> None:
    batch, client = batch_of("ann", ["queued"], status="paused"), browser("ann")
    with held(ROWS):
        response = client.get(queue_url(batch, tail))
    html = response.content.decode()
    assert response.status_code == 200
    assert ROWS_SENTENCE in html
    assert f'<a href="{queue_url(batch)}">Show all rows</a>' in html
    assert ROWS_SENTENCE not in client.get(queue_url(batch, tail)).content.decode()


def test_a_list_of_runs_says_so_on_its_page() -> None:
    client = browser("ann")
    with held(RUNS):
        response = client.get("/runs/?status=failed")
    assert response.status_code == 200
    assert "Too many runs to look through in time: choose a network, or a shorter time." in response.content.decode()
    assert "No run matches" in client.get("/runs/?status=failed").content.decode()


def test_any_other_page_is_an_error_with_a_sentence() -> None:
    batch, client = batch_of("ann", ["queued"], status="paused"), browser("ann")
    with held(ROWS):
        response = client.get(queue_url(batch))
    assert response.status_code == 503
    assert "This page took too long to load." in response.content.decode()
    assert client.get(queue_url(batch)).status_code == 200


def test_another_failure_of_the_database_is_not_taken_for_it() -> None:
    batch, client = batch_of("ann", ["queued"], status="paused"), browser("ann")
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {ROWS} RENAME TO elsewhere")
    try:
        response = client.get(queue_url(batch, "?search=mail"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE elsewhere RENAME TO {ROWS}")
    assert response.status_code == 500
    assert "too long" not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "attr"),
    [({"search": "mail"}, "search"), ({"limit": "5", "field": "topic", "value": "x"}, "field")],
)
def test_the_api_names_the_filter(api: Api, query: dict[str, str], attr: str) -> None:
    batch = api.ready(api.network(None), [["1", "a"]])
    with held(ROWS):
        body = api.get(f"/csv_batches/{batch}/rows", 400, **query)
    assert errors(body) == [("too_broad", attr)]
    assert body["errors"][0]["detail"] == ROWS_SENTENCE
    api.get(f"/csv_batches/{batch}/rows", **query)


def test_a_list_of_the_api_without_a_filter_has_nothing_to_narrow(api: Api) -> None:
    batch = api.draft(api.network(None))
    with held(ROWS):
        body = api.get(f"/csv_batches/{batch}/rows", 500)
    assert body["type"] == "server_error"

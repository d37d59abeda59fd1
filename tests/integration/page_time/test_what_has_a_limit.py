"""Statements of pages have a limit in the database; what writes, exports or counts everything has none."""

import threading
from typing import Any

import pytest
from django.db import connection

from tests.integration.page_time.support import limit_of_session
from tests.integration.web.support import batch_of, browser, post_form, queue_url
from tests.support.api import Api

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("", "?status=failed", "?search=mail", "row/0/", "results/", "history/")


@pytest.fixture(autouse=True)
def _limit(settings: Any) -> None:
    settings.PAGE_TIMEOUT_MS = 4321


@pytest.mark.parametrize("tail", PAGES)
def test_a_page_of_a_batch_has_one(tail: str) -> None:
    batch = batch_of("ann", ["succeeded", "failed"], status="completed")
    assert browser("ann").get(queue_url(batch, tail)).status_code == 200
    assert limit_of_session() == "4321ms"


@pytest.mark.parametrize("address", ["/csv-batch/", "/runs/", "/networks/", "/admin/experiments/run/"])
def test_a_list_has_one(address: str) -> None:
    assert browser("root", is_staff=True, is_superuser=True).get(address).status_code == 200
    assert limit_of_session() == "4321ms"


def test_a_list_of_the_api_has_one(api: Api) -> None:
    api.get("/csv_batches")
    assert limit_of_session() == "4321ms"


@pytest.mark.parametrize("tail", ["export/?partial=1", "results/?all=1"])
def test_an_export_and_a_count_of_everything_have_none(tail: str) -> None:
    batch, client = batch_of("ann", ["succeeded"], status="completed"), browser("ann")
    client.get(queue_url(batch))
    response = client.get(queue_url(batch, tail))
    assert response.status_code == 200
    b"".join(response.streaming_content if response.streaming else [response.content])
    assert limit_of_session() == "0"


@pytest.mark.parametrize("what", ["export?partial=1", "results"])
def test_nor_do_they_in_the_api(api: Api, what: str) -> None:
    batch = api.draft(api.network(None))
    api.get(f"/csv_batches/{batch}")
    api.get(f"/csv_batches/{batch}/{what}")
    assert limit_of_session() == "0"


def test_what_writes_has_none() -> None:
    batch, client = batch_of("ann", ["queued"], status="running"), browser("ann")
    assert post_form(client, queue_url(batch), queue_url(batch, "pause/")).status_code == 302
    assert limit_of_session() == "0"


def test_another_thread_has_none() -> None:
    browser("ann").get("/csv-batch/")
    seen: list[str] = []

    def look() -> None:
        seen.append(limit_of_session())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["0"]


def test_a_session_that_was_lost_gets_it_again() -> None:
    client = browser("ann")
    client.get("/csv-batch/")
    connection.close()
    client.get("/csv-batch/")
    assert limit_of_session() == "4321ms"


def test_what_the_thread_does_after_the_request_has_none() -> None:
    browser("ann").get("/csv-batch/")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "0"


def test_zero_is_no_limit(settings: Any) -> None:
    settings.PAGE_TIMEOUT_MS = 0
    browser("ann").get("/csv-batch/")
    assert limit_of_session() == "0"

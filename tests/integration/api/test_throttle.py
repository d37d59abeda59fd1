"""So many calls of a user in a minute; one more is a 429 that says when to go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from experiments.api import throttling
from tests.integration.api.support import errors
from tests.integration.web.support import browser
from tests.support.api import Api


class FakeClock:
    now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClock]:
    settings.API_REQUESTS_PER_MINUTE = 5
    fake = FakeClock()
    monkeypatch.setattr(throttling, "time", fake)
    cache.clear()
    yield fake
    cache.clear()


def use_up(api: Api) -> None:
    for _ in range(5):
        api.get("/csv_batches")


def test_one_more_than_allowed_is_refused_with_when_to_go_on(api: Api) -> None:
    use_up(api)
    response = api.client.get("/api/csv_batches")
    assert response.status_code == 429
    assert response["Retry-After"] == "12"
    assert errors(response.json(), kind="client_error") == [("throttled", None)]
    assert response.json()["errors"][0]["detail"] == "More than 5 calls a minute. Try again in 12 s, more slowly."


def test_calls_come_back_evenly(api: Api, clock: FakeClock) -> None:
    use_up(api)
    clock.now += 12
    api.get("/csv_batches")
    api.get("/csv_batches", 429)
    clock.now += 60
    use_up(api)
    api.get("/csv_batches", 429)


def test_refused_calls_are_not_held_against_anybody(api: Api, clock: FakeClock) -> None:
    use_up(api)
    for _ in range(20):
        api.get("/csv_batches", 429)
    clock.now += 12
    api.get("/csv_batches")


def test_users_do_not_count_for_each_other(api: Api) -> None:
    use_up(api)
    Api.as_user("bob").get("/csv_batches")


def test_without_credentials_it_stays_a_401(api: Api) -> None:
    api.client.credentials()
    for _ in range(8):
        api.get("/csv_batches", 401)


def test_pages_and_run_are_not_counted(api: Api) -> None:
    use_up(api)
    client = browser("ann")
    for _ in range(8):
        assert client.get("/csv-batch/").status_code == 200
        assert api.client.post("/run", {}, format="json").status_code == 422


def test_no_limit_is_none(api: Api, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    for _ in range(8):
        api.get("/csv_batches")

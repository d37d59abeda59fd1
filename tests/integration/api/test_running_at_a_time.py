"""So many batches of a user run at a time; one more is refused with which they are."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from experiments.models import Queue
from tests.integration.api.support import finish
from tests.support.api import Api, numbered


@pytest.fixture(autouse=True)
def _two_at_a_time(settings: Any) -> None:
    settings.RUNNING_MAX = 2


@pytest.fixture
def bob(api: Api) -> Api:
    api.network(None)
    return Api.as_user("bob")


def drafts(who: Api, count: int) -> list[str]:
    return [who.ready("net", numbered(1), name=f"batch {at}") for at in range(count)]


def running(who: Api, *batches: str) -> list[str]:
    for batch in batches:
        who.run(batch)
    return list(batches)


def test_one_more_is_refused_and_says_which_are_running(bob: Api) -> None:
    first, second, third = drafts(bob, 3)
    running(bob, first, second)
    body = bob.run(third, want=409)
    [error] = body["errors"]
    assert error["code"] == "too_many_running"
    assert "“batch 0”, “batch 1”. Wait until one has ended" in error["detail"]
    assert body["running"] == [{"id": first, "name": "batch 0"}, {"id": second, "name": "batch 1"}]
    assert bob.batch(third)["status"] == "draft"


@pytest.mark.parametrize("end", ["pause", "cancel"])
def test_one_that_does_not_run_any_more_makes_room(bob: Api, end: str) -> None:
    first, second, third = drafts(bob, 3)
    running(bob, first, second)
    bob.post(f"/csv_batches/{first}/{end}", want=202)
    bob.run(third)
    [error] = bob.post(f"/csv_batches/{first}/resume", want=409)["errors"]
    assert error["code"] == "too_many_running"
    assert bob.batch(first)["status"] == ("paused" if end == "pause" else "cancelled")


def test_a_retry_that_would_run_a_completed_batch_again_is_refused_too(bob: Api) -> None:
    first, second, third = drafts(bob, 3)
    running(bob, first)
    finish(first, {0: {}})
    running(bob, second, third)
    order = {"force": True}
    assert bob.post(f"/csv_batches/{first}/retry", order, want=409)["errors"][0]["code"] == "too_many_running"
    assert bob.batch(first)["status"] == "completed"
    bob.post(f"/csv_batches/{second}/cancel", want=202)
    assert bob.post(f"/csv_batches/{first}/retry", order, want=202) == {"requeued": 1}


def test_everybody_has_a_limit_of_their_own_and_staff_has_none(bob: Api, api: Api) -> None:
    running(bob, *drafts(bob, 2))
    running(Api.as_user("cy"), *drafts(Api.as_user("cy"), 2))
    running(api, *drafts(api, 3))


def test_trials_do_not_count(bob: Api) -> None:
    first, second, third = drafts(bob, 3)
    bob.post(f"/csv_batches/{first}/try", {"rows": 1}, want=202)
    running(bob, second, third)
    bob.post(f"/csv_batches/{first}/try", {"rows": 1}, want=202)


def test_no_limit_is_none(bob: Api, settings: Any) -> None:
    settings.RUNNING_MAX = 0
    running(bob, *drafts(bob, 3))


@pytest.mark.django_db(transaction=True)
def test_starts_at_the_same_time_are_counted_one_after_the_other(bob: Api) -> None:
    batches = drafts(bob, 6)
    callers = [Api.as_user("bob") for _ in batches]

    def start(who: Api, batch: str) -> int:
        try:
            return int(who.client.post(f"/api/csv_batches/{batch}/run", {}, format="json").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(start, callers, batches))
    assert codes == [202, 202, 409, 409, 409, 409]
    assert Queue.objects.filter(status="running").count() == 2

"""One user has few exports on the way, and all together leave web threads to others. Refusals say so."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from experiments.services import export_places
from experiments.services.export_places import Place
from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import Api


@pytest.fixture
def done(api: Api) -> Draft:
    draft = Draft(api, api.ready(api.network(None), [["1", "first"], ["2", "second"]]))
    complete(draft)
    return draft


@pytest.fixture
def places() -> Iterator[list[Place]]:
    """Taken by others; free again at the end."""
    taken: list[Place] = []
    yield taken
    for place in taken:
        place.release()


def refusal(done: Draft, status: int) -> tuple[dict[str, Any], str | None]:
    response = done.api.client.get(f"/api{done.path}/export")
    assert response.status_code == status
    (error,) = response.json()["errors"]
    return error, response.headers.get("Retry-After")


def test_one_user_has_only_so_many_on_the_way(done: Draft, places: list[Place], settings: Any) -> None:
    settings.EXPORTS_MAX = 2
    ann = get_user_model().objects.get(username="ann").pk
    places += [export_places.take(ann), export_places.take(ann)]
    for place in places:
        # Made, but not read.
        place.made()
    error, again = refusal(done, 429)
    assert (error["code"], again) == ("too_many_exports", "5")
    assert "2 exports on the way" in error["detail"]
    Api.as_user("bob", is_staff=True).export(done.id)
    places[0].release()
    places[0].release()
    assert done.api.export(done.id)
    assert done.api.export(done.id)


def test_all_users_leave_threads_to_others(done: Draft, places: list[Place], settings: Any) -> None:
    settings.WEB_THREADS = 12
    places += [export_places.take(-number) for number in range(1, 4)]
    error, again = refusal(done, 503)
    assert (error["code"], again) == ("too_many_exports", "5")
    places[0].made()
    assert done.api.export(done.id)


def test_one_that_nobody_has_any_more_takes_no_place(done: Draft, settings: Any) -> None:
    settings.EXPORTS_MAX = 1
    response = done.api.client.get(f"/api{done.path}/export")
    assert refusal(done, 429)[0]["code"] == "too_many_exports"
    del response
    gc.collect()
    assert done.api.export(done.id)


def test_a_disk_without_room_is_said(done: Draft, settings: Any) -> None:
    assert done.api.export(done.id)
    settings.DISK_SPACE = replace(settings.DISK_SPACE, least=2**60)
    error, _ = refusal(done, 507)
    assert error["code"] == "no_space"
    assert "nearly full" in error["detail"]


def test_a_page_says_it_too(done: Draft, places: list[Place], settings: Any) -> None:
    settings.EXPORTS_MAX = 1
    ann = get_user_model().objects.get(username="ann")
    places.append(export_places.take(ann.pk))
    browser = Client()
    browser.force_login(ann)
    page = browser.get(f"/csv-batch/{done.id}/export/", follow=True)
    assert page.redirect_chain
    assert "1 export on the way" in page.content.decode()


def test_a_refused_one_takes_no_place(done: Draft, settings: Any) -> None:
    settings.EXPORTS_MAX = 1
    done.api.post(f"{done.path}/retry", {"row_indexes": [0], "force": True}, 202)
    for _ in range(3):
        assert refusal(done, 409)[0]["code"] == "not_finished"
    assert done.api.export(done.id, partial=1)
    assert done.api.export(done.id, partial=1)

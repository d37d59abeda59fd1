"""Each answer has the id of its request, and so has what is logged meanwhile."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from experiments.core import log_ids
from experiments.http.request_id import give_request_id


def asked_with(request_id: str) -> tuple[str, dict[str, Any]]:
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(log_ids.current())
        return HttpResponse()

    answer = give_request_id(view)(RequestFactory().get("/", headers={"X-Request-ID": request_id}))
    return answer["X-Request-ID"], seen


@pytest.mark.parametrize("given", ["abc-123", "0af7651916cd43dd8448eb211c80319c", "a.b:c_d"])
def test_one_that_was_given_is_kept(given: str) -> None:
    assert asked_with(given) == (given, {"request": given})


@pytest.mark.parametrize("given", ["", "two words", "a" * 129, "a\tb", 'a"b', "größe"])
def test_any_other_is_replaced(given: str) -> None:
    answered, seen = asked_with(given)
    assert re.fullmatch(r"[0-9a-f]{32}", answered)
    assert seen == {"request": answered}


def test_the_ids_of_the_request_before_are_gone() -> None:
    log_ids.begin(queue="of another")
    assert set(asked_with("a")[1]) == {"request"}


def test_answers_of_the_site_have_one_and_what_is_logged_has_the_queue() -> None:
    answer = Client().get("/health/live", headers={"X-Request-ID": "from-a-proxy"})
    assert answer["X-Request-ID"] == "from-a-proxy"
    log_ids.begin()
    give_request_id(lambda request: HttpResponse()).process_view(RequestFactory().get("/"), None, (), {"batch_id": 7})  # type: ignore[attr-defined]
    assert log_ids.current() == {"queue": 7}

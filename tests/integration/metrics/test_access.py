"""Who sees the metrics: a program with the token, staff, and this machine where there is no token."""

from typing import Any

import pytest
from django.test import Client

from tests.integration.web.support import browser
from tests.support.api import Api

pytestmark = pytest.mark.django_db
ELSEWHERE = {"REMOTE_ADDR": "10.1.2.3"}
TOKEN = "a-token-of-monitoring"


def asked(client: Client | None = None, **more: Any) -> int:
    return int((client or Client()).get("/metrics", **more).status_code)


def test_this_machine_does() -> None:
    assert asked(REMOTE_ADDR="127.0.0.1") == 200
    assert asked(REMOTE_ADDR="::1") == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"])
def test_a_proxy_on_this_machine_is_not_this_machine(header: str) -> None:
    assert asked(headers={header: "10.1.2.3"}) == 403


def test_behind_a_proxy_nobody_is_this_machine(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    assert asked(REMOTE_ADDR="127.0.0.1") == 403


@pytest.mark.parametrize("address", ["10.1.2.3", "", "not an address"])
def test_others_do_not(address: str) -> None:
    assert asked(REMOTE_ADDR=address) == 403


def test_staff_do_and_other_users_do_not() -> None:
    assert asked(browser("root", is_staff=True), **ELSEWHERE) == 200
    assert asked(browser("ann"), **ELSEWHERE) == 403


def test_a_program_with_the_token_does(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert asked(headers={"Authorization": f"Bearer {TOKEN}"}, **ELSEWHERE) == 200
    assert asked(headers={"Authorization": f"bearer {TOKEN}"}, **ELSEWHERE) == 200


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer ", "Bearer", f"Token {TOKEN}", TOKEN, f"Bearer {TOKEN}x"])
def test_one_with_another_does_not(given: str, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert asked(headers={"Authorization": given}, **ELSEWHERE) == 403


def test_with_a_token_this_machine_needs_it_too(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert asked(REMOTE_ADDR="127.0.0.1") == 403
    assert asked(REMOTE_ADDR="127.0.0.1", headers={"Authorization": f"Bearer {TOKEN}"}) == 200


def test_no_token_is_the_empty_one() -> None:
    assert asked(headers={"Authorization": "Bearer "}) == 403


def test_a_token_of_the_api_is_none() -> None:
    key = Api.key_of("root", is_staff=True)
    for scheme in ("Token", "Bearer"):
        assert asked(headers={"Authorization": f"{scheme} {key}"}, **ELSEWHERE) == 403


def test_the_answer_is_for_prometheus_and_kept_by_nobody() -> None:
    answer = Client().get("/metrics")
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    assert Client().get("/metrics", headers=accept).content.endswith(b"# EOF\n")

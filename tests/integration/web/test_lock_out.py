"""Passwords cannot be guessed by trying: a name from one address has five tries, then it waits."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from tests.integration.web.support import Browser, user

pytestmark = pytest.mark.django_db
RIGHT = "correct horse"
FORMS = ("/login/", "/admin/login/")


@pytest.fixture(autouse=True)
def _ann() -> None:
    ann = user("ann", is_staff=True)
    ann.set_password(RIGHT)
    ann.save()


def attempt(form: str = "/login/", password: str = "wrong", name: str = "ann", **more: Any) -> Any:
    return Browser(**more).post(form, {"username": name, "password": password})


def fail(times: int, **more: Any) -> list[int]:
    return [attempt(**more).status_code for _ in range(times)]


def forget_some(minutes: int) -> None:
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.parametrize("form", FORMS)
def test_the_fifth_wrong_password_locks_and_then_the_right_one_is_refused_too(form: str) -> None:
    assert fail(5, form=form) == [200, 200, 200, 200, 429]
    response = attempt(form, RIGHT)
    assert response.status_code == 429
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize("form", FORMS)
def test_four_wrong_passwords_do_not_lock(form: str) -> None:
    fail(4, form=form)
    assert attempt(form, RIGHT).status_code == 302


def test_tries_at_both_forms_count_together() -> None:
    fail(3, form=FORMS[0])
    assert fail(2, form=FORMS[1]) == [200, 429]


def test_the_message_says_how_long() -> None:
    fail(5)
    forget_some(5)
    response = attempt(password=RIGHT)
    text = response.content.decode()
    assert "in 10 minutes" in text
    assert 595 <= int(response["Retry-After"]) <= 600
    assert "no-store" in response["Cache-Control"]
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_trying_too_early_does_not_start_the_wait_anew() -> None:
    fail(5)
    forget_some(14)
    assert "in 1 minute<" in attempt(password=RIGHT).content.decode()
    assert "in 1 minute<" in attempt(password="wrong").content.decode()


def test_after_the_wait_one_logs_in() -> None:
    fail(5)
    forget_some(16)
    assert attempt(password=RIGHT).status_code == 302


def test_the_right_password_forgets_the_wrong_ones() -> None:
    fail(4)
    assert attempt(password=RIGHT).status_code == 302
    assert fail(4) == [200] * 4


def test_the_same_name_from_elsewhere_and_another_name_are_not_locked() -> None:
    fail(5)
    assert attempt(password=RIGHT, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert attempt(name="bob").status_code == 200


def test_a_name_that_nobody_has_is_answered_in_the_same_way() -> None:
    assert fail(5, name="nobody") == fail(5)
    assert attempt(name="nobody").content == attempt().content


def test_another_browser_on_the_same_machine_is_the_same_address() -> None:
    assert [attempt(headers={"User-Agent": f"b{turn}"}).status_code for turn in range(5)][-1] == 429


def test_a_made_up_forwarding_address_does_not_help() -> None:
    tries = [attempt(headers={"X-Forwarded-For": f"192.0.2.{turn}"}) for turn in range(5)]
    assert tries[-1].status_code == 429


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    made_up = [attempt(headers={"X-Forwarded-For": f"10.0.0.{turn}, 192.0.2.1"}) for turn in range(5)]
    assert made_up[-1].status_code == 429
    assert attempt(password=RIGHT, headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}).status_code == 302


@pytest.mark.parametrize("claimed", ["unknown", "", "10.0.0.1:80", "a" * 5000, "192.0.2.300", "%00"])
def test_an_address_that_is_none_counts_as_that_of_the_proxy(settings: Any, claimed: str) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert [attempt(headers={"X-Forwarded-For": claimed}).status_code for _ in range(5)][-1] == 429
    assert attempt(REMOTE_ADDR="").status_code == 200


def test_neither_the_name_nor_the_password_is_logged_or_stored(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fail(6, name="CANARY-name", password="CANARY-password")
    assert "axes" in {record.name.partition(".")[0] for record in caplog.records}
    assert "CANARY" not in caplog.text
    stored = AccessAttempt.objects.values("get_data", "post_data", "path_info").get()
    assert "CANARY" not in str(stored)

"""Logging in and out."""

import pytest
from django.test import Client

from tests.integration.web.support import browser, post_form, user

pytestmark = pytest.mark.django_db


def test_the_right_password_leads_to_where_one_wanted_to_go() -> None:
    ann = user("ann")
    ann.set_password("correct horse")
    ann.save()
    response = Client().post("/login/?next=/csv-batch/", {"username": "ann", "password": "correct horse"})
    assert response["Location"] == "/csv-batch/"


def test_a_wrong_password_is_said_on_the_page() -> None:
    user("ann")
    response = Client().post("/login/", {"username": "ann", "password": "no"})
    assert "Wrong username or password." in response.content.decode()


def test_nobody_is_led_to_another_site() -> None:
    ann = user("ann")
    ann.set_password("correct horse")
    ann.save()
    data = {"username": "ann", "password": "correct horse", "next": "https://example.org/"}
    assert Client().post("/login/", data)["Location"] == "/"


def test_logging_out_takes_a_form() -> None:
    client = browser("ann")
    assert client.get("/logout/").status_code == 405
    assert client.get("/csv-batch/").status_code == 200
    post_form(client, "/csv-batch/", "/logout/")
    assert client.get("/csv-batch/").status_code == 302

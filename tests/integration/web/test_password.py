"""People change their own password in the browser; staff set another's in the admin."""

from typing import Any

import pytest
from django.test import Client

from experiments.models import ApiToken, AuditEntry
from tests.integration.web.support import browser, post_form, user
from tests.support.api import Api

pytestmark = pytest.mark.django_db
OLD, NEW = "correct horse", "battery staple 9"
PAGE = "/password/"


@pytest.fixture
def ann() -> Any:
    found = user("ann")
    found.set_password(OLD)
    found.save()
    return found


def change(client: Client, **form: str) -> Any:
    given = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW, **form}
    return post_form(client, PAGE, PAGE, **given)


def key_of(owner: Any) -> str:
    return ApiToken.issue(user=owner, name="t")[1]


def test_the_new_one_counts_and_other_browsers_log_in_again(ann: Any) -> None:
    client, elsewhere = browser("ann"), browser("ann")
    assert change(client)["Location"] == PAGE
    assert "Password changed" in client.get(PAGE).content.decode()
    assert elsewhere.get(PAGE)["Location"] == f"/login/?next={PAGE}"
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    entry = AuditEntry.objects.exclude(action="log_in").get()
    assert (entry.user_name, entry.action, entry.object_name) == ("ann", "password", "ann")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"old_password": "wrong"}, "Wrong password."),
        ({"new_password2": "another one 9"}, "passwords don’t match"),
        ({"new_password1": "short", "new_password2": "short"}, "too short"),
        ({"new_password1": ""}, "Required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changed(ann: Any, form: dict[str, str], sentence: str) -> None:
    response = change(browser("ann"), **form)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    ann.refresh_from_db()
    assert ann.check_password(OLD)


@pytest.mark.parametrize(("form", "status"), [({}, 200), ({"end_tokens": "on"}, 401)])
def test_api_tokens_end_with_it_where_one_asks_for_that(ann: Any, form: dict[str, str], status: int) -> None:
    key, of_bob = key_of(ann), key_of(user("bob"))
    change(browser("ann"), **form)
    Api(key).get("/csv_batches", status)
    Api(of_bob).get("/csv_batches")


@pytest.mark.parametrize(("form", "status"), [({"end_tokens": "on"}, 401), ({}, 200)])
def test_staff_set_anothers_and_by_default_end_the_tokens(ann: Any, form: dict[str, str], status: int) -> None:
    key = key_of(ann)
    client = browser("root", is_staff=True, is_superuser=True)
    page = f"/admin/auth/user/{ann.pk}/password/"
    shown = client.get(page).content.decode()
    assert 'name="end_tokens" id="id_end_tokens" checked' in shown
    token = client.cookies["csrftoken"].value
    given = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "1", **form}
    response = client.post(page, {"csrfmiddlewaretoken": token, **given})
    assert response.status_code == 302, response.content.decode()[:2000]
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    Api(key).get("/csv_batches", status)
    entry = AuditEntry.objects.get(action="password")
    assert (entry.user_name, entry.channel, entry.object_name) == ("root", "admin", "ann")

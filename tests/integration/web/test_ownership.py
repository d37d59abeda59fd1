"""Who may open which page."""

import pytest
from django.test import Client

from tests.integration.web.support import batch_of, browser, queue_url, row_of, run_for, user

pytestmark = pytest.mark.django_db

PAGES = ("", "row/0/", "export/?partial=1")
ACTIONS = ("pause/", "resume/", "cancel/", "retry/", "row/0/retry/")


@pytest.mark.parametrize("tail", PAGES)
def test_the_owner_and_staff_open_a_page_of_a_batch(tail: str) -> None:
    batch = batch_of("ann", ["succeeded", "queued"])
    assert browser("ann").get(queue_url(batch, tail)).status_code == 200
    assert browser("root", is_staff=True).get(queue_url(batch, tail)).status_code == 200


@pytest.mark.parametrize("tail", PAGES)
def test_for_anybody_else_the_page_does_not_exist(tail: str) -> None:
    batch = batch_of("ann", ["succeeded"])
    assert browser("bob").get(queue_url(batch, tail)).status_code == 404


@pytest.mark.parametrize("tail", ACTIONS)
def test_for_anybody_else_no_action_exists_and_nothing_changes(tail: str) -> None:
    batch = batch_of("ann", ["failed"], status="running")
    client = Client()
    client.force_login(user("bob"))
    assert client.post(queue_url(batch, tail)).status_code == 404
    batch.refresh_from_db()
    assert (batch.status, batch.failed) == ("running", 1)


@pytest.mark.parametrize("tail", PAGES)
def test_who_is_not_logged_in_is_sent_to_the_login_and_back(tail: str) -> None:
    batch = batch_of("ann", ["succeeded"])
    response = Client().get(queue_url(batch, tail))
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=/csv-batch/")


@pytest.mark.parametrize("tail", ACTIONS)
def test_who_is_not_logged_in_changes_nothing(tail: str) -> None:
    batch = batch_of("ann", ["failed"])
    assert Client().post(queue_url(batch, tail)).status_code == 302
    batch.refresh_from_db()
    assert (batch.status, batch.failed) == ("running", 1)


def test_a_poll_after_the_session_ended_leads_the_whole_browser_to_the_login() -> None:
    batch = batch_of("ann", ["queued"])
    page = f"http://testserver{queue_url(batch)}"
    response = Client().get(queue_url(batch), headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response["HX-Redirect"] == f"/login/?next=%2Fcsv-batch%2F{batch.pk}%2F"


def test_the_list_and_the_rail_show_ones_own_batches_only() -> None:
    own, other = batch_of("ann", name="Own mails"), batch_of("bob", name="Other mails")
    for page in ("/csv-batch/", queue_url(own)):
        html = browser("ann").get(page).content.decode()
        assert "Own mails" in html
        assert "Other mails" not in html
        assert str(other.pk) not in html


def test_a_run_belongs_to_its_owner() -> None:
    row = row_of(batch_of("ann"), 0, "succeeded")
    run_for(row, "a/b.c")
    assert browser("ann").get("/runs/a/b.c/").status_code == 200
    assert browser("root", is_staff=True).get("/runs/a/b.c/").status_code == 200
    assert browser("bob").get("/runs/a/b.c/").status_code == 404
    assert Client().get("/runs/a/b.c/")["Location"] == "/login/?next=/runs/a/b.c/"


@pytest.mark.parametrize("tail", ["row/7/", "row/99999999999999999999/"])
def test_a_row_that_is_not_there_is_a_404(tail: str) -> None:
    assert browser("ann").get(queue_url(batch_of("ann", ["queued"]), tail)).status_code == 404

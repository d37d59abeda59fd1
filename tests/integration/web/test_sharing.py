"""Sharing on the pages: who only views has nothing there that changes something, and sharing needs no script."""

import pytest

from experiments.models import Share
from tests.integration.web.support import batch_of, browser, htmx, post_form, queue_url, run_for, user

pytestmark = pytest.mark.django_db
ACTS = (
    "act-pause",
    "act-retry",
    "act-share",
    "act-cancel",
    "bulk-retry",
    "row-retry",
    "act-correct-rows",
)


def shared_with(role: str) -> str:
    batch = batch_of("ann", ["succeeded", "failed", "queued"])
    run_for(batch.rows.get(row_index=0))
    Share.objects.create(queue=batch, user=user("bob"), role=role)
    return queue_url(batch)


def test_a_viewer_sees_rows_and_no_buttons_that_change_them() -> None:
    page = shared_with("viewer")
    client = browser("bob")
    for address in (page, f"{page}row/1/"):
        html = client.get(address).content.decode()
        assert "subject 1" in html
        assert "you can view" in html
        assert [act for act in ACTS if f'id="{act}"' in html] == []
    assert client.get("/runs/trace-1/").status_code == 200
    assert browser("dan").get("/runs/trace-1/").status_code == 404


def test_an_editor_has_them_and_cannot_share() -> None:
    html = browser("bob").get(shared_with("editor")).content.decode()
    assert 'id="act-pause"' in html
    assert 'id="act-retry"' in html
    assert 'id="act-share"' not in html


def test_the_list_says_whose_it_is_and_finds_what_is_shared() -> None:
    shared_with("viewer")
    client = browser("bob")
    batch_of("bob", name="Own one", status="paused")
    html = client.get("/csv-batch/").content.decode()
    assert "Shared with me" in html
    others = client.get("/csv-batch/?owner=others").content.decode()
    assert "Mails" in others
    assert "Own one" not in others
    mine = client.get("/csv-batch/?owner=me").content.decode()
    assert "Own one" in mine
    assert ">Mails<" not in mine


def test_it_is_shared_and_taken_back_by_plain_forms() -> None:
    batch = batch_of("ann", ["queued"])
    user("bob")
    ann, page = browser("ann"), queue_url(batch, "share/")
    assert post_form(ann, page, page, user="bob", role="editor").status_code == 302
    share = Share.objects.get()
    assert (share.user, share.role) == (user("bob"), "editor")
    assert "Can edit" in ann.get(page).content.decode()
    assert "No user is named “nobody”" in post_form(ann, page, page, user="nobody", role="viewer").content.decode()
    post_form(ann, page, page, everyone="1", role="viewer")
    assert Share.objects.filter(user=None, role="viewer").exists()
    post_form(ann, page, page, remove=str(share.pk))
    assert not Share.objects.filter(user=user("bob")).exists()


def test_htmx_gets_the_dialog_alone() -> None:
    batch = batch_of("ann", ["queued"])
    html = htmx(browser("ann"), queue_url(batch, "share/?back=list")).content.decode()
    assert 'id="dialog-title"' in html
    assert "<html" not in html

"""The list of batches: groups, what it is narrowed to, and what is done there with one or several of them."""

import re

import pytest
from django.core.files.base import ContentFile

from csv_batches.models import CsvBatch
from experiments.models import Queue, Share
from tests.integration.web.support import batch_of, browser, htmx, post_form, queue_url, user

pytestmark = pytest.mark.django_db
LIST = "/csv-batch/"


def listed(query: str = "", name: str = "ann") -> str:
    html: str = browser(name).get(f"{LIST}{query}").content.decode()
    return html


def in_order(html: str, *texts: str) -> bool:
    places = [html.find(text) for text in texts]
    return places == sorted(places) and -1 not in places


def test_what_needs_somebody_is_first_then_what_runs_then_the_newest() -> None:
    batch_of("ann", ["failed"], status="completed", name="All bad")
    batch_of("ann", ["queued"], name="At work")
    batch_of("ann", ["queued"], status="paused", name="Stopped", pause_code="unreachable")
    batch_of("ann", ["queued"], status="paused", name="By me", pause_code="user")
    html = listed()
    groups = ("Needs attention</th>", "Stopped", "All bad", "Running</th>", "At work", "Recent</th>", "By me")
    assert in_order(html, *groups)
    assert "Network unreachable" in html
    assert "Timed out" in html
    assert in_order(html, "All <b>4</b>", "Needs attention <b>2</b>", "Running <b>1</b>", "Paused <b>2</b>")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=paused", {"Stopped"}),
        ("?attention=1", {"Stopped"}),
        ("?q=stop", {"Stopped"}),
        ("?q=orders", {"At work"}),
        ("?owner=me", {"Stopped", "At work"}),
        ("?q=nothing", set()),
    ],
)
def test_a_filter_leaves_one_flat_list(query: str, found: set[str]) -> None:
    batch_of("ann", status="paused", name="Stopped", pause_code="unreachable")
    batch_of("ann", name="At work", source_name="orders.csv")
    html = listed(query)
    assert {name for name in ("Stopped", "At work") if f">{name}</a>" in html} == found
    assert "Recent</th>" not in html
    assert found or "Clear filters" in html


def test_names_sort_it_and_pages_go_on() -> None:
    for number in range(52):
        batch_of("ann", name=f"Batch {number:02}", status="paused")
    first = listed("?sort=name")
    assert in_order(first, "Batch 00", "Batch 49")
    assert "Batch 50" not in first
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert in_order(listed(following), "Batch 50", "Batch 51")


def test_a_draft_says_its_next_step_and_opens_there() -> None:
    draft = batch_of("ann", ["queued"], status="draft", prompt_template="", columns=[])
    html = listed()
    assert "Next: Define prompt" in html
    assert f'href="{queue_url(draft, "prompt/")}"' in html


def test_it_is_renamed() -> None:
    batch, ann = batch_of("ann"), browser("ann")
    page = queue_url(batch, "rename/")
    assert post_form(ann, page, page, name="Week 46").status_code == 302
    batch.refresh_from_db()
    assert batch.name == "Week 46"
    assert "This field is required" in post_form(ann, page, page, name=" ").content.decode()


def test_it_is_duplicated_from_its_menu() -> None:
    batch, ann = batch_of("ann", ["queued"]), browser("ann")
    html = listed()
    assert f'formaction="{queue_url(batch, "duplicate/")}"' in html
    ann.get(LIST)
    token = ann.cookies["csrftoken"].value
    ann.post(queue_url(batch, "duplicate/"), {"csrfmiddlewaretoken": token})
    assert CsvBatch.objects.filter(name="Mails (copy)").exists()


def test_deleting_says_what_goes_and_asks_once() -> None:
    batch, ann = batch_of("ann", ["succeeded", "failed"], status="completed"), browser("ann")
    page = queue_url(batch, "delete/")
    asked = ann.get(page).content.decode()
    assert "Delete “Mails”?" in asked
    assert "Deletes 2 rows with 1 answer" in asked
    response = post_form(ann, page, page)
    assert response["Location"] == LIST
    assert not Queue.objects.exists()
    assert "Deleted “Mails”." in ann.get(LIST).content.decode()


def test_several_are_deleted_and_none_of_somebody_else() -> None:
    mine = [batch_of("ann", ["queued"], name=f"Mine {number}") for number in range(2)]
    other, ann = batch_of("bob", name="Theirs"), browser("ann")
    query = "&".join(f"queue={one.pk}" for one in mine)
    asked = ann.get(f"{LIST}delete/?{query}").content.decode()
    assert "Delete 2 batches?" in asked
    token = ann.cookies["csrftoken"].value
    wanted = {"csrfmiddlewaretoken": token, "queue": [str(mine[0].pk), str(other.pk)]}
    assert ann.post(f"{LIST}delete/", wanted).status_code == 404
    assert Queue.objects.count() == 3
    ann.post(f"{LIST}delete/", {"csrfmiddlewaretoken": token, "queue": [str(one.pk) for one in mine]})
    assert [one.name for one in Queue.objects.all()] == ["Theirs"]


def test_several_are_exported_each_as_its_own_file_by_who_may_see_them() -> None:
    mine, other = batch_of("ann", ["succeeded"], name="Mine"), batch_of("bob", ["succeeded"], name="Theirs")
    ann = browser("ann")
    address = f"{LIST}exports/?queue={mine.pk}&queue={other.pk}"
    assert ann.get(address).status_code == 404
    Share.objects.create(queue=other, user=user("ann"), role="viewer")
    html = ann.get(address).content.decode()
    files = [queue_url(batch, "export/") for batch in (mine, other)]
    assert "Export 2 batches" in html
    assert [file in html for file in files] == [True, True]
    assert "answer 0" in ann.get(f"{files[1]}?format=csv&partial=1").getvalue().decode()
    assert "Select the batches to export first." in ann.get(f"{LIST}exports/", follow=True).content.decode()


def test_several_are_shared_at_once_or_none_of_them() -> None:
    mine = [batch_of("ann", name=f"Mine {number}") for number in range(2)]
    other, ann = batch_of("bob", name="Theirs"), browser("ann")
    Share.objects.create(queue=other, user=user("ann"), role="editor")
    ids = [str(one.pk) for one in mine]
    assert "Share 2 batches" in ann.get(f"{LIST}share/?queue={ids[0]}&queue={ids[1]}").content.decode()
    given = {"csrfmiddlewaretoken": ann.cookies["csrftoken"].value, "role": "viewer", "user": "bob"}
    assert ann.post(f"{LIST}share/", {**given, "queue": [ids[0], str(other.pk)]}).status_code == 403
    refused = ann.post(f"{LIST}share/", {**given, "queue": ids, "user": "nobody"})
    assert "No user is named “nobody”" in refused.content.decode()
    assert not Share.objects.filter(queue__in=ids).exists()
    said = ann.post(f"{LIST}share/", {**given, "queue": ids}, follow=True).content.decode()
    assert "Shared 2 batches with bob." in said
    assert Share.objects.filter(queue__in=ids, user=user("bob"), role="viewer").count() == 2


def test_a_poll_brings_the_cells_that_changed_and_nothing_else() -> None:
    batch = batch_of("ann", ["queued", "queued"])
    batch_of("ann", name="Quiet", status="paused")
    ann = browser("ann")
    html = ann.get(LIST).content.decode()
    has = re.findall(r'name="has" value="([^"]+)"', html)
    assert htmx(ann, LIST, data={"has": has}).status_code == 204
    CsvBatch.objects.filter(pk=batch.pk).update(queued=1, succeeded=1)
    news = htmx(ann, LIST, data={"has": has}).content
    assert b'aria-valuenow="50"' in news
    assert b"Quiet" not in news
    assert len(news) < 6_000


def test_the_file_is_named_below_the_batch() -> None:
    batch = batch_of("ann", source_name="orders.csv")
    batch.source.save("x.csv", ContentFile(b"a\n1\n"))
    assert "orders.csv" in listed()


def test_a_batch_is_repeated_with_another_file() -> None:
    batch, ann = batch_of("ann", ["succeeded"], status="completed"), browser("ann")
    response = post_form(ann, queue_url(batch), queue_url(batch, "new-file/"))
    draft = CsvBatch.objects.get(status="draft")
    assert response["Location"] == queue_url(draft, "upload/")
    assert (draft.total, draft.columns, draft.prompt_template) == (0, batch.columns, batch.prompt_template)
    assert draft.response_fields == batch.response_fields

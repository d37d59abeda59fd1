"""The pages of another kind: the same parts, with its own words and what it adds."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from experiments.models import Queue, QueueItem
from tests.integration.kinds.support import survey_of
from tests.integration.web.support import batch_of, browser, htmx, post_form, user
from tests.third_kind.models import Survey

pytestmark = pytest.mark.django_db


def running(owner: str = "ann") -> Survey:
    """A survey with one item that succeeded, one that failed and one that waits."""
    survey = survey_of(user(owner))
    items = QueueItem.objects.of_queue(survey)
    items.filter(row_index=0).update(status="succeeded", result_payload={"topic": "reasons"}, elapsed_ms=40)
    items.filter(row_index=1).update(status="failed", error_code="timeout", error_message="It took too long.")
    Queue.objects.filter(pk=survey.pk).update(status="paused", queued=1, succeeded=1, failed=1)
    survey.refresh_from_db()
    return survey


def test_its_list_is_in_the_navigation_and_shows_its_queues_only() -> None:
    client, survey = browser("ann"), running()
    batch = batch_of("ann", ["queued"])
    sections = client.get("/csv-batch/").content.decode().partition('aria-label="Main"')[2].partition("</nav>")[0]
    assert re.search(r'<a\s+href="/survey/"[^>]*>Surveys</a>', sections)
    html = client.get("/survey/").content.decode()
    assert f'href="/survey/{survey.pk}/"' in html
    assert str(batch.pk) not in html


def test_its_empty_list_says_what_it_is_for() -> None:
    html = browser("ann").get("/survey/").content.decode()
    assert "No surveys yet" in html
    assert "A survey asks the same of everybody." in html
    assert "New survey" not in html


def test_its_page_has_the_same_parts_with_its_words() -> None:
    survey = running()
    html = browser("ann").get(f"/survey/{survey.pk}/").content.decode()
    for part in ("acts", "state", "facts", "pace", "chips", "table", "pager", "live"):
        assert f'id="{part}"' in html, part
    assert 'aria-label="Filter questions"' in html
    assert "2</b> of 3 questions" in html
    assert "It took too long." in html
    assert '<p id="greeting" class="muted">Greets with Hello,</p>' in html
    main = html.partition("<main")[2].partition("</main>")[0].replace("batch-changed", "")
    assert "batch" not in main.lower()
    assert not re.search(r"\brows?\b", re.sub("<[^>]*>", "", main), re.IGNORECASE)


def test_its_table_shows_what_it_adds() -> None:
    html = browser("ann").get(f"/survey/{running().pk}/").content.decode()
    assert '<th class="more" scope="col"><div class="ch"><span class="cut">length</span>' in html
    assert '<td class="more"><div class="c" dir="auto">22</div></td>' in html


def test_an_item_is_opened_with_the_message_that_its_plan_makes() -> None:
    survey = running()
    html = htmx(browser("ann"), f"/survey/{survey.pk}/row/2/").content.decode()
    assert "Question 2" in html
    assert (
        "Hello, How long does it take?"
        in htmx(browser("ann"), f"/survey/{survey.pk}/row/2/?tab=message").content.decode()
    )
    assert '<p id="asked" class="muted">Asked as Hello, How long does it take?</p>' in html
    assert '<dt>length</dt><dd dir="auto">22</dd>' in html


def test_a_poll_brings_what_changed() -> None:
    survey = running()
    html = htmx(browser("ann"), f"/survey/{survey.pk}/").content.decode()
    assert f'hx-post="/survey/{survey.pk}/resume/"' in html


def test_failed_items_are_retried_there(django_capture_on_commit_callbacks: object) -> None:
    survey, client = running(), browser("ann")
    page = f"/survey/{survey.pk}/"
    assert post_form(client, page, f"{page}retry/").status_code == 302
    assert "1 question waits for another try when you resume." in client.get(page).content.decode()


def test_an_answer_is_corrected_there() -> None:
    survey, client = running(), browser("ann")
    page = f"/survey/{survey.pk}/row/0/"
    assert post_form(client, page, f"{page}correct/", answer0="people").status_code == 302
    assert QueueItem.objects.of_queue(survey).get(row_index=0).corrected_payload == {"topic": "people"}


def test_it_cannot_be_duplicated_where_the_kind_has_no_such_thing() -> None:
    survey, client = running(), browser("ann")
    page = f"/survey/{survey.pk}/"
    html = client.get(page).content.decode()
    assert "act-duplicate" not in html
    token = client.cookies["csrftoken"].value
    assert client.post(f"{page}duplicate/", {"csrfmiddlewaretoken": token}).status_code == 404


def test_somebody_else_s_is_not_there() -> None:
    survey = running("ann")
    assert browser("bob").get(f"/survey/{survey.pk}/").status_code == 404
    assert str(survey.pk) not in browser("bob").get("/survey/").content.decode()


@pytest.mark.parametrize("address", ["/csv-batch/{}/", "/nothing/{}/"])
def test_it_is_only_at_its_own_address(address: str) -> None:
    assert browser("ann").get(address.format(running().pk)).status_code == 404
    assert browser("ann").get(f"/survey/{uuid4()}/").status_code == 404


def test_a_network_and_a_silent_worker_are_told_of_in_its_words(no_worker: None) -> None:
    survey = running()
    Queue.objects.filter(pk=survey.pk).update(status="running", started_at=timezone.now() - timedelta(minutes=3))
    batch_of("ann", ["queued"])
    staff, address = browser("eve", is_staff=True), f"/networks/{survey.network_id}/delete/"
    assert "1 batch, 1 survey use it:" in staff.get(address).content.decode()
    refusal = staff.post(address, {"csrfmiddlewaretoken": staff.cookies["csrftoken"].value})
    assert "Used by 1 batch, 1 survey: “" in refusal.content.decode()
    assert "for 3 min: questions wait." in browser("ann").get("/survey/").content.decode()

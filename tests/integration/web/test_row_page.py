"""A row with all that is known of it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.models import Attempt
from tests.integration.web.support import batch_of, browser, htmx, queue_url, row_of, run_for

pytestmark = pytest.mark.django_db


def test_input_answer_message_attempts_and_trace_are_shown() -> None:
    batch = batch_of("ann")
    run_for(row_of(batch, 0, "succeeded"), "trace-77")
    shown = {
        "": ("body 0", "answer 0"),
        "?tab=message": ("Sort this: hello", "HTTP 200"),
        "?tab=trace": ("sorter", "900 ms", "/runs/trace-77/"),
        "?tab=original": ("<dt>id</dt>", "body 0"),
        "?tab=odd": ("answer 0",),
    }
    for tail, texts in shown.items():
        html = browser("ann").get(queue_url(batch, f"row/0/{tail}")).content.decode()
        for text in texts:
            assert text in html, f"{text} {tail}"


def test_a_value_of_an_answer_is_shown_by_its_type_and_null_is_not_empty() -> None:
    batch = batch_of("ann")
    answer = {"category": "", "urgent": None, "tags": ["a", "<b>"], "order": {"number": "007", "lines": [{"n": 1}]}}
    row_of(batch, 0, "succeeded", result_payload=answer)
    html = htmx(browser("ann"), queue_url(batch, "row/0/")).content.decode()
    assert '<dt>category</dt> <dd dir="auto" data-edits="correct_answer0"><span class="nil">empty</span>' in html
    assert '<dt>urgent</dt> <dd dir="auto" data-edits="correct_answer1"><span class="nil">null</span>' in html
    assert '<span class="tag">&lt;b&gt;</span>' in html
    assert '<dl class="sub"><dt>' in html
    assert "<dt>number</dt><dd>007</dd>" in html


def test_the_answer_is_in_the_order_of_the_response_fields() -> None:
    batch = batch_of("ann")
    row_of(batch, 0, "succeeded", result_payload={"a": "extra", "urgent": True, "category": "billing"})
    html = htmx(browser("ann"), queue_url(batch, "row/0/")).content.decode()
    assert html.index("<dt>category") < html.index("<dt>urgent") < html.index("<dt>a<")


def test_a_row_without_a_run_shows_the_message_that_will_be_sent() -> None:
    batch = batch_of("ann", ["queued"])
    html = htmx(browser("ann"), queue_url(batch, "row/0/?tab=message")).content.decode()
    assert "Message that will be sent" in html
    assert "Sort this.\n\nsubject: subject 0" in html


def test_a_skipped_row_says_why_it_has_no_answer_and_offers_no_correction() -> None:
    batch = batch_of("ann", ["skipped", "queued"])
    html = browser("ann").get(queue_url(batch, "row/0/")).content.decode()
    assert "Skipped: no text in the prompt columns, so nothing was asked." in html
    assert "row-correct" not in html
    assert "No answer yet." in browser("ann").get(queue_url(batch, "row/1/")).content.decode()


def test_a_template_that_cannot_be_rendered_is_explained() -> None:
    batch = batch_of("ann", ["queued"], prompt_template="{{ row.nothing }}")
    response = htmx(browser("ann"), queue_url(batch, "row/0/?tab=message"))
    assert response.status_code == 200
    assert "nothing" in response.content.decode()


def test_a_correction_is_shown_with_the_answer_before_it() -> None:
    batch = batch_of("ann")
    row_of(batch, 0, "succeeded", corrected_payload={"category": "by hand"})
    html = htmx(browser("ann"), queue_url(batch, "row/0/")).content.decode()
    assert html.index("by hand") < html.index("Answer before the correction") < html.index("answer 0")
    assert "by hand" in browser("ann").get(queue_url(batch)).content.decode()


def test_previous_and_next_stay_among_the_filtered_rows() -> None:
    batch = batch_of("ann", ["failed", "queued", "failed", "queued", "failed"])
    html = htmx(browser("ann"), queue_url(batch, "row/2/?status=failed")).content.decode()
    assert f'href="{queue_url(batch, "row/0/?status=failed")}"' in html
    assert f'href="{queue_url(batch, "row/4/?status=failed")}"' in html
    assert "row/1/" not in html


def test_its_own_address_shows_the_row_beside_a_table_that_has_it() -> None:
    batch = batch_of("ann", ["queued"] * 70)
    html = browser("ann").get(queue_url(batch, "row/60/")).content.decode()
    assert '<tr id="r60" data-keep class="on">' in html
    assert "<title>Row 60 · 0 % · 0 of 70 · Mails</title>" in html


def test_each_attempt_says_when_it_started_and_ended_how_and_what_went_wrong() -> None:
    batch = batch_of("ann")
    row = row_of(batch, 0, "succeeded")
    at = (timezone.now() - timedelta(days=3)).replace(second=10)
    outcomes = (("server_error", 503, "The network answered 503: out of order."), ("lost", None, "The worker ended."))
    for attempt, (outcome, status, detail) in enumerate(outcomes, start=1):
        Attempt.objects.create(
            item_id=row.pk,
            generation=1,
            attempt=attempt,
            started_at=at,
            ended_at=at + timedelta(seconds=2),
            http_status=status,
            outcome=outcome,
            detail=detail,
        )
    html = htmx(browser("ann"), queue_url(batch, "row/0/?tab=message")).content.decode()
    section = html.partition("<h3>Attempts</h3>")[2].partition("</section>")[0]
    for text in ("Server error", "HTTP 503", "out of order", "lost", "The worker ended.", "2.0 s"):
        assert text in section
    assert section.count(f'<time datetime="{at:%Y-%m-%dT%H:%M}') == 4, "started and ended, of both"


def tried(row: CsvBatchRow, *numbers: int, detail: str = "") -> None:
    for number in numbers:
        Attempt.objects.create(
            item_id=row.pk, generation=1, attempt=number, http_status=429, outcome="rate_limited", detail=detail
        )


def attempts_of(batch: CsvBatch) -> list[str]:
    """Each line of the attempts: its number and its outcome, as read."""
    html = htmx(browser("ann"), queue_url(batch, "row/0/?tab=message")).content.decode()
    lines = re.findall(r"<li> (<span class=\"num\">.*?)<span class=\"muted right\">", html)
    return [" ".join(re.sub(r"<.*?>", " ", line).split()) for line in lines]


@pytest.mark.parametrize(("status", "attempts"), [("queued", 0), ("running", 1)])
def test_an_attempt_that_does_not_count_has_no_number(status: str, attempts: int) -> None:
    batch = batch_of("ann")
    tried(row_of(batch, 0, status, attempts=attempts, generation=1), 1, 1)
    assert attempts_of(batch) == ["– Rate limited HTTP 429 not counted"] * 2


def test_attempts_that_count_keep_their_numbers_beside_it() -> None:
    batch = batch_of("ann")
    tried(row_of(batch, 0, "failed", attempts=2, generation=1), 1, 1, 2)
    expected = ["– Rate limited HTTP 429 not counted", "1 Rate limited HTTP 429", "2 Rate limited HTTP 429"]
    assert attempts_of(batch) == expected


def test_a_status_that_the_sentence_has_is_not_said_twice() -> None:
    batch = batch_of("ann")
    tried(row_of(batch, 0, "failed", attempts=1, generation=1), 1, detail="HTTP 429 Too Many Requests: slow down")
    assert attempts_of(batch) == ["1 Rate limited HTTP 429 Too Many Requests: slow down"]

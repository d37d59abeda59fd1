"""What the answers amount to: bars that lead to their rows."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import FIELDS, batch_of, browser, htmx, queue_url, row_of
from tests.integration.web.test_polling import tokens

pytestmark = pytest.mark.django_db
SCORE = {"name": "score", "description": "", "type": "integer", "required": True}


@pytest.fixture
def batch() -> CsvBatch:
    """Four answered rows and a failed one."""
    made = batch_of("ann", status="completed", response_fields=[*FIELDS, SCORE])
    for index, category in enumerate(["billing", "billing", "praise", ""]):
        answer = {"category": category, "urgent": index == 0, "score": 10 * index}
        row_of(made, index, "succeeded", result_payload=answer)
    row_of(made, 4, "failed")
    CsvBatch.objects.filter(pk=made.pk).update(total=5, succeeded=4, failed=1)
    return made


def shown(client: Client, batch: CsvBatch) -> str:
    return str(htmx(client, queue_url(batch, "results/")).content.decode())


def bars(html: str) -> list[tuple[str, str, str]]:
    """(label, count and share, address) of each bar."""
    bar = r'<li[^>]*> <a href="([^"]*)"> <span class="label"[^>]*>(.*?)</span>.*?<span class="num">(.*?)</a>'
    found = re.findall(bar, html)
    return [(label, " ".join(re.sub(r"<.*?>", "", number).split()), unescape(link)) for link, label, number in found]


def indexes(html: str) -> list[int]:
    return [int(index) for index in re.findall(r'<tr id="r(\d+)"', html)]


def test_the_page_does_not_wait_for_them(batch: CsvBatch) -> None:
    html = browser("ann").get(queue_url(batch)).content.decode()
    assert f'hx-get="{queue_url(batch, "results/?heads=1")}" hx-trigger="load' in html
    assert "billing" not in html.partition("<thead")[2].partition("</thead>")[0]


def test_each_value_has_a_bar_with_its_count_and_share_in_words(batch: CsvBatch) -> None:
    found = [(label, number) for label, number, _ in bars(shown(browser("ann"), batch))]
    assert ("billing", "2 rows, 50%") in found
    assert ("praise", "1 row, 25%") in found
    assert ("empty", "1 row, 25%") in found
    assert ("true", "1 row, 25%") in found
    assert ("30", "1 row, 25%") in found


def test_a_bar_leads_to_as_many_rows_as_it_counts(batch: CsvBatch) -> None:
    client = browser("ann")
    for label, number, link in bars(shown(client, batch)):
        assert len(indexes(client.get(link).content.decode())) == int(number.split()[0]), label


def test_the_filter_is_named_and_can_be_taken_away(batch: CsvBatch) -> None:
    client = browser("ann")
    html = client.get(queue_url(batch, "?field=category&value=billing&status=succeeded")).content.decode()
    assert indexes(html) == [0, 1]
    chip = f'href="{queue_url(batch)}?status=succeeded" aria-label="Remove filter: category: billing"'
    assert chip in html


def test_the_other_filters_keep_it(batch: CsvBatch) -> None:
    html = browser("ann").get(queue_url(batch, "?field=category&value=billing")).content.decode()
    assert 'href="' + queue_url(batch) + '?status=succeeded&amp;field=category&amp;value=billing"' in html
    assert '<input type="hidden" name="value" value="billing">' in html


@pytest.mark.parametrize(
    "odd", ["field=nowhere&value=x", "field=score&least=NaN", "field=score&value=%7B", "field=urgent&value=maybe"]
)
def test_a_filter_that_cannot_be_does_no_harm(batch: CsvBatch, odd: str) -> None:
    assert browser("ann").get(queue_url(batch, f"?{odd}")).status_code == 200


def test_a_page_that_is_filtered_by_an_answer_does_not_search_again_on_each_poll(batch: CsvBatch) -> None:
    client, tail = browser("ann"), {"field": "category", "value": "billing"}
    has = tokens(client.get(queue_url(batch), tail).content.decode())
    batch.rows.filter(row_index=0).update(result_payload={"category": "praise"})
    html = htmx(client, queue_url(batch), data={**tail, "has": has}).content.decode()
    assert indexes(html) == [0]


def test_without_javascript_they_have_a_page(batch: CsvBatch) -> None:
    html = browser("ann").get(queue_url(batch, "results/")).content.decode()
    assert "<html" in html
    assert "billing" in html


def test_they_are_asked_for_again_while_rows_come_in_and_sent_when_they_are_others(batch: CsvBatch) -> None:
    client = browser("ann")
    assert 'hx-trigger="every' not in shown(client, batch)
    CsvBatch.objects.filter(pk=batch.pk).update(status="running")
    html = shown(client, batch)
    assert 'hx-trigger="every 30s' in html
    page = queue_url(batch, "results/")
    assert htmx(client, page, data={"has": tokens(html)}).status_code == 204
    batch.rows.filter(row_index=0).update(result_payload={"category": "praise"})
    assert htmx(client, page, data={"has": tokens(html)}).status_code == 200


def test_text_of_an_answer_is_escaped(batch: CsvBatch) -> None:
    batch.rows.filter(row_index=0).update(result_payload={"category": '"><script>alert(1)</script>'})
    html = shown(browser("ann"), batch)
    assert "alert(1)" in html
    assert "<script>" not in html


def test_before_there_are_answers_it_says_so() -> None:
    assert "No row has an answer yet." in shown(browser("ann"), batch_of("ann", ["queued"]))


def test_a_draft_has_none_and_nobody_sees_another_s(batch: CsvBatch) -> None:
    draft: Any = batch_of("ann", ["queued"], status="draft")
    assert "heads=1" not in browser("ann").get(queue_url(draft)).content.decode()
    assert browser("bob").get(queue_url(batch, "results/")).status_code == 404


def test_a_text_of_which_there_are_few_says_how_long_it_is(batch: CsvBatch) -> None:
    html = shown(browser("ann"), batch)
    assert '<h3>category <span class="muted">text</span></h3>' in html
    assert "6 to 7, 6.67 on average, in characters" in html


def test_one_of_choices_does_not(batch: CsvBatch) -> None:
    fields = [{**FIELDS[0], "choices": ["billing", "praise"]}]
    CsvBatch.objects.filter(pk=batch.pk).update(response_fields=fields)
    html = shown(browser("ann"), batch)
    assert '<h3>category <span class="muted">string</span></h3>' in html
    assert "in characters" not in html

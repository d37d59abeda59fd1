"""A start that replaces the network's schema shows the difference and asks for a word."""

import re

import pytest

from csv_batches.models import CsvBatch
from tests.integration.csv_batches.wizard.review_support import draft_of, has_schema, html_of, review_url, send
from tests.integration.web.support import browser, queue_url

pytestmark = pytest.mark.django_db


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found
    return found[1]


def status_of(batch: CsvBatch) -> str:
    return str(CsvBatch.objects.get(pk=batch.pk).status)


def test_a_network_without_a_schema_needs_no_confirmation() -> None:
    batch, client = draft_of("ann"), browser("ann")
    html = html_of(client, batch)
    assert "has no response schema yet" in html
    assert 'name="confirm"' not in html
    assert send(client, batch, "start/", seen=seen(html))["Location"] == queue_url(batch)


def test_the_same_schema_is_not_spoken_of() -> None:
    batch, client = draft_of("ann"), browser("ann")
    network = has_schema(batch)
    values = (batch.schema_json, batch.schema_guidance, batch.schema_example)
    keys = ("respond_payload_schema", "respond_payload_guidance", "respond_payload_example")
    network.additional_data = dict(zip(keys, values, strict=True))
    network.save()
    assert "another response schema" not in html_of(client, batch)


def test_another_schema_is_shown_line_by_line_in_words_too() -> None:
    batch = draft_of("ann")
    has_schema(batch)
    html = html_of(browser("ann"), batch)
    assert "triage has another response schema" in html
    assert re.search(r"removed: </span>\s*&quot;mood&quot;: {", html)
    assert re.search(r"added: </span>\s*&quot;category&quot;: {", html)


def test_without_a_word_nothing_starts_and_with_it_the_schema_is_written() -> None:
    batch, client = draft_of("ann"), browser("ann")
    network = has_schema(batch)
    hash_seen = seen(html_of(client, batch))
    html = send(client, batch, "start/", seen=hash_seen).content.decode()
    beside = html.partition('id="confirm"')[2].partition('id="which"')[0]
    assert "Confirm first that the network&#x27;s schema is replaced." in beside
    assert "autofocus" in beside.partition(">")[0]
    assert "Confirm first" not in html.partition('id="error-start"')[2].partition("</div>")[0]
    assert status_of(batch) == "draft"
    assert send(client, batch, "start/", seen=hash_seen, confirm="1")["Location"] == queue_url(batch)
    assert status_of(batch) == "running"
    network.refresh_from_db()
    assert "category" in network.additional_data["respond_payload_schema"]["properties"]


def test_a_confirmation_of_what_is_no_longer_there_does_not_count() -> None:
    batch, client = draft_of("ann"), browser("ann")
    has_schema(batch)
    stale = seen(html_of(client, batch))
    has_schema(batch, {"type": "object", "properties": {"tone": {"type": "string"}}})
    html = send(client, batch, "start/", seen=stale, confirm="1").content.decode()
    assert "since you opened it" in html
    assert "&quot;tone&quot;" in html
    assert seen(html) != stale
    assert "checked" not in html.partition('name="confirm"')[2].partition(">")[0]
    assert status_of(batch) == "draft"


def test_a_confirmation_without_what_was_seen_does_not_count() -> None:
    batch = draft_of("ann")
    has_schema(batch)
    send(browser("ann"), batch, "start/", confirm="1")
    assert status_of(batch) == "draft"


def test_who_may_not_change_the_schema_is_told_so_before_the_start() -> None:
    batch, client = draft_of("ann"), browser("ann")
    network = has_schema(batch)
    network.users_may_update_schema = False
    network.save()
    assert "Only staff may change the schema of triage" in html_of(client, batch).partition('id="missing"')[2]
    assert "Only staff" not in html_of(browser("chief", is_staff=True), batch)


def test_a_schema_for_this_batch_asks_nothing_and_leaves_the_network_alone() -> None:
    batch, client = draft_of("ann", schema_mode="batch"), browser("ann")
    network = has_schema(batch)
    html = html_of(client, batch)
    assert "triage keeps its own schema" in html
    assert 'name="confirm"' not in html
    assert send(client, batch, "start/", seen=seen(html))["Location"] == queue_url(batch)
    network.refresh_from_db()
    assert "mood" in network.additional_data["respond_payload_schema"]["properties"]


def test_keeping_it_shows_the_difference_and_asks_nothing() -> None:
    batch = draft_of("ann", schema_mode="keep")
    has_schema(batch)
    html = html_of(browser("ann"), batch)
    assert "checked by the schema of triage" in html
    assert 'name="confirm"' not in html
    assert review_url(batch, "start/") in html

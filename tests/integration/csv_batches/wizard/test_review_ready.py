"""Start is disabled until everything on the page is there, and a link leads to what is not."""

import pytest

from csv_batches.models import CsvBatch
from tests.integration.csv_batches.wizard.review_support import draft_of, has_schema, html_of, send
from tests.integration.csv_batches.wizard.test_review_schema import seen
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


def lacks(html: str) -> str:
    return html.partition('id="missing"')[2].partition("</ul>")[0]


def is_disabled(html: str) -> bool:
    return "disabled" in html.partition('id="start"')[2].partition(">")[0]


def draft_to_confirm() -> CsvBatch:
    batch = draft_of("ann")
    has_schema(batch)
    return batch


def test_a_schema_that_is_not_confirmed_keeps_it_from_starting() -> None:
    html = html_of(browser("ann"), draft_to_confirm())
    assert is_disabled(html)
    assert "Confirm that the schema of triage is replaced." in lacks(html)
    assert 'href="#confirm"' in lacks(html)


def test_the_confirmation_enables_it_at_once_and_taking_it_back_disables_it() -> None:
    batch, client = draft_to_confirm(), browser("ann")
    shown = seen(html_of(client, batch))
    news = send(client, batch, fragment=True, seen=shown, confirm="1").content.decode()
    assert not is_disabled(news)
    assert not lacks(news)
    assert is_disabled(send(client, batch, fragment=True, seen=shown).content.decode())


def test_a_confirmation_of_another_schema_does_not_enable_it() -> None:
    batch = draft_to_confirm()
    assert is_disabled(send(browser("ann"), batch, fragment=True, seen="other", confirm="1").content.decode())


def test_a_trial_needs_no_confirmation() -> None:
    html = html_of(browser("ann"), draft_to_confirm())
    tag = html.partition('id="try"')[2].partition(">")[0]
    assert " disabled" not in tag


def test_a_setting_that_is_not_saved_keeps_it_from_starting() -> None:
    news = send(browser("ann"), draft_of("ann"), fragment=True, concurrency="0").content.decode()
    assert is_disabled(news)
    assert "A setting is not saved." in lacks(news)
    assert '<a href="#id_concurrency">Concurrency</a>' in lacks(news)


def test_rows_that_are_not_said_keep_it_from_starting() -> None:
    batch, client = draft_of("ann"), browser("ann")
    news = send(client, batch, fragment=True, which="first").content.decode()
    assert is_disabled(news)
    assert 'Say how many rows. <a href="#which">' in lacks(news)
    assert not is_disabled(send(client, batch, fragment=True, which="first", first="2").content.decode())

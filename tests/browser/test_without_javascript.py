"""Everything works with JavaScript switched off; one reloads to see news."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support.looks import PHONE, sticking_out
from tests.browser.support.states import completed, running
from tests.integration.web.support import batch_of, queue_url


def test_from_the_list_to_a_row_and_back(plain_page: Open) -> None:
    completed()
    page = plain_page("/csv-batch/")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("navigation", name="Filter rows").get_by_role("link", name="Failed").click()
    page.get_by_role("link", name="Row 1", exact=True).click()
    expect(page.get_by_role("heading", name="Row 1")).to_be_visible()
    expect(page.get_by_role("complementary", name="Row")).to_contain_text("Row 1 took too long.")
    page.get_by_role("link", name="Close row 1").click()
    expect(page.locator("#detail-title")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?status=failed$"))


def test_a_trace_is_read(plain_page: Open) -> None:
    page = plain_page(queue_url(completed(), "row/0/?tab=trace"))
    page.locator(".steps > li").nth(1).locator("summary").click()
    expect(page.get_by_text("The order is named.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="trace-1").click()
    expect(page.get_by_role("heading", name="Run on triage")).to_be_visible()


def test_rows_are_searched(plain_page: Open) -> None:
    page = plain_page(queue_url(completed()))
    page.get_by_role("searchbox").fill("subject 33")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_a_batch_is_paused_resumed_and_cancelled(plain_page: Open) -> None:
    page = plain_page(queue_url(running()))
    for button, word in (("Pause", "Paused"), ("Resume", "Running"), ("Cancel", "Canceled"), ("Resume", "Running")):
        if button == "Cancel":
            page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name=button).click()
        expect(page.locator("#state .st")).to_have_text(word)


@pytest.mark.parametrize("button", ["Retry 1 failed", "Retry row 1"])
def test_failed_rows_are_put_back(plain_page: Open, button: str) -> None:
    batch = batch_of("ann", ["succeeded", "failed"], status="completed")
    page = plain_page(queue_url(batch))
    page.get_by_role("button", name=button).click()
    expect(page.locator("#r1 .st")).to_have_text("Queued")
    expect(page.locator("#state .st")).to_have_text("Running")


def test_one_logs_out(plain_page: Open) -> None:
    page = plain_page("/csv-batch/")
    page.get_by_role("button", name="Account: ann").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/login/")


def test_on_a_phone_too(plain_page: Open) -> None:
    batch = completed()
    page = plain_page(queue_url(batch), PHONE)
    for address in ("/csv-batch/", queue_url(batch), queue_url(batch, "row/0/")):
        page.goto(address)
        # axe is a script itself.
        assert sticking_out(page) == []

"""One row beside the table: everything that is known of it, at an address of its own."""

import re

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import PHONE
from tests.browser.support.states import completed
from tests.integration.web.support import queue_url


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return completed()


def test_a_click_anywhere_on_a_line_opens_its_row_and_back_closes_it(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#r2 td").nth(1).click()
    pane = page.get_by_role("complementary", name="Row")
    expect(pane.get_by_role("heading", name="Row 2")).to_be_visible()
    expect(pane).to_contain_text("subject 2")
    expect(pane).to_contain_text("Answer before the correction")
    expect(page).to_have_url(re.compile("/row/2/$"))
    expect(page).to_have_title(re.compile("^Row 2 · "))
    page.go_back()
    expect(pane).to_have_count(0)
    expect(page).to_have_url(queue_url(batch))


def test_the_address_of_a_row_opens_it_again(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/60/"))
    expect(page.locator("#detail-title")).to_have_text("Row 60")
    expect(page.locator("#r60")).to_have_class("on")
    page.reload()
    expect(page.locator("#detail-title")).to_have_text("Row 60")


def test_the_trace_shows_each_step_and_its_details(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/"))
    page.get_by_role("link", name="Trace").click()
    steps = page.locator(".steps > li")
    expect(steps).to_have_count(5)
    expect(steps.nth(1)).to_contain_text("Sorter")
    expect(steps.nth(2)).to_contain_text("orders")
    steps.nth(1).locator("summary").click()
    expect(steps.nth(1).get_by_text("The order is named.", exact=True)).to_be_visible()
    expect(steps.nth(4)).to_contain_text("somebody elses")


def test_a_trace_has_a_page_of_its_own_that_leads_back(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/?tab=trace"))
    page.get_by_role("link", name="trace-1").click()
    expect(page.get_by_role("heading", name="Run on triage")).to_be_visible()
    expect(page.locator(".steps > li")).to_have_count(5)
    page.get_by_role("link", name="Row 0 of Done").click()
    expect(page).to_have_url(re.compile(queue_url(batch)))


def test_a_trace_id_is_copied(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/?tab=trace"), permissions=["clipboard-read", "clipboard-write"])
    page.locator("#pane").get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "trace-1"


def test_on_a_phone_the_row_covers_the_table_until_it_is_closed(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch), PHONE)
    page.get_by_role("link", name="Row 1", exact=True).click()
    expect(page.locator("#detail-title")).to_be_in_viewport()
    page.get_by_role("link", name="Close row 1").click()
    expect(page.locator("#r1")).to_be_in_viewport()


def test_times_are_those_of_the_place_where_one_sits(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/?tab=message"))
    time = page.locator(".attempts time").first
    moment, text = time.get_attribute("datetime"), time.inner_text()
    assert moment
    local = page.evaluate("(m) => new Date(m).toLocaleTimeString('en-GB', {timeZone: 'Europe/Berlin'})", moment)
    assert local[:5] in text

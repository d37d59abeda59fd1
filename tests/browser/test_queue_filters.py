"""Finding rows: filters, search and pages, each with an address of its own."""

import re

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.states import many
from tests.integration.web.support import queue_url


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """120 rows; every tenth failed, as many by time-out as by rejection."""
    batch = many(120)
    batch.rows.filter(row_index__in=range(0, 120, 20)).update(status="failed", error_code="timeout", error_message="T")
    batch.rows.filter(row_index__in=range(10, 120, 20)).update(
        status="failed", error_code="rejected", error_message="The network said no."
    )
    CsvBatch.objects.filter(pk=batch.pk).update(succeeded=108, failed=12)
    return batch


def shown(page: Page) -> list[str]:
    return page.locator("#rows th a").evaluate_all("(all) => all.map((one) => one.lastChild.data)")


def test_a_filter_leaves_its_rows_and_can_be_taken_back(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    chips = page.get_by_role("navigation", name="Filter rows")
    chips.get_by_role("link", name="Failed").click()
    expect(chips.get_by_role("link", name="Failed")).to_have_attribute("aria-current", "true")
    assert shown(page) == [str(index) for index in range(0, 120, 10)]
    chips.get_by_role("button", name="Failed rows by reason").click()
    chips.get_by_role("link", name="Rejected by the network").click()
    expect(page).to_have_url(re.compile("error_code=rejected"))
    assert shown(page) == [str(index) for index in range(10, 120, 20)]
    page.go_back()
    page.go_back()
    expect(page.locator("#rows tr")).to_have_count(50)


def test_pages_go_on_and_back(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    pages = page.get_by_role("navigation", name="Pages of rows")
    for first in (50, 100):
        pages.get_by_role("link", name="Next").click()
        expect(page.locator("#rows th").first).to_have_text(f"Row {first}")
    expect(pages.get_by_role("link", name="Next")).to_have_count(0)
    pages.get_by_role("link", name="Previous").click()
    expect(page.locator("#rows th").first).to_have_text("Row 50")
    pages.get_by_role("link", name="First page").click()
    expect(page.locator("#rows th").first).to_have_text("Row 0")


def test_a_search_keeps_the_filter_and_says_when_nothing_is_found(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "?status=failed"))
    search = page.get_by_role("searchbox", name="Search rows")
    search.fill("subject 11")
    search.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    assert shown(page) == ["110"]
    search.fill("nowhere to be found")
    search.press("Enter")
    expect(page.locator("#rows")).to_contain_text("No row matches")
    page.get_by_role("link", name="Show all rows").click()
    expect(page.locator("#rows tr")).to_have_count(50)


def test_the_rows_beside_an_open_row_are_those_that_the_filter_leaves(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "?status=failed"))
    page.get_by_role("link", name="Row 20", exact=True).click()
    expect(page.locator("#detail-title")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).to_have_text("Row 30")
    expect(page).to_have_url(re.compile(r"/row/30/\?status=failed$"))

"""The menu of further actions: where it opens, and how it closes."""

import pytest
from playwright.sync_api import Locator, Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import Look, sticking_out
from tests.integration.web.support import batch_of, queue_url

WIDTHS = [1440, 1000, 761, 760, 360]
NARROW = 760


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """Running, with failures of two codes, so that every button is there."""
    batch = batch_of("ann", ["failed", "failed", "succeeded", "queued"])
    batch.rows.filter(row_index=1).update(error_code="rejected")
    return batch


def opened(page: Page) -> Locator:
    page.locator("#act-more").click()
    sheet = page.locator("#menu-more")
    expect(sheet).to_be_visible()
    return sheet


@pytest.mark.parametrize("width", WIDTHS)
def test_it_opens_under_its_own_button_and_on_a_phone_as_a_sheet(open_page: Open, batch: CsvBatch, width: int) -> None:
    page = open_page(queue_url(batch), Look("any", width=width))
    sheet, button = opened(page).bounding_box(), page.locator("#act-more").bounding_box()
    assert sheet
    assert button
    left, right = sheet["x"], sheet["x"] + sheet["width"]
    if width > NARROW:
        assert 0 <= sheet["y"] - button["y"] - button["height"] <= 12
        edges = (left - button["x"], right - button["x"] - button["width"])
        assert min(map(abs, edges)) <= 1, "one of its edges is the button's"
        assert left >= 0
        assert right <= width
    else:
        assert (left, right) == (0, width), "a sheet over the end of the window"
        assert sheet["y"] + sheet["height"] == pytest.approx(900, abs=1)
    assert sticking_out(page) == []


def test_escape_closes_it_and_the_focus_is_on_its_button(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/"))
    sheet = opened(page)
    page.get_by_role("checkbox", name="Overwrites").focus()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("#act-more")).to_be_focused()
    expect(page.locator("#detail-title")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#detail-title")).to_have_count(0)


def test_a_click_beside_it_closes_it_and_one_inside_does_not(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    sheet = opened(page)
    page.get_by_role("checkbox", name="Overwrites").check()
    expect(sheet).to_be_visible()
    page.locator("h1").click()
    expect(sheet).to_be_hidden()

"""Where the focus is after a button was pressed that is not there any more."""

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.keys import press, write
from tests.integration.web.support import batch_of, queue_url


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return batch_of("ann", ["failed", "failed", "succeeded", "queued"])


def test_pause_and_resume_hand_the_focus_to_each_other(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-pause").press("Enter")
    expect(page.locator("#act-resume")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#act-pause")).to_be_focused()


def test_cancel_hands_it_to_the_button_of_its_menu(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-more").press("Enter")
    page.locator("#act-cancel").press("Enter")
    expect(page.locator("#act-resume")).to_be_visible()
    expect(page.locator("#act-more")).to_be_focused()


def test_retry_of_a_row_hands_it_to_the_row(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#retry-r1").press("Enter")
    expect(page.locator("#to-r1")).to_be_focused()


def test_retry_of_a_row_that_the_filter_drops_hands_it_to_the_rows_that_are_left(
    open_page: Open, batch: CsvBatch
) -> None:
    page = open_page(queue_url(batch, "?status=failed"))
    page.locator("#retry-r0").press("Enter")
    expect(page.locator("#to-r1")).to_be_focused()


def test_retry_failed_hands_it_to_pause(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-retry").press("Enter")
    expect(page.locator("#act-pause")).to_be_focused()


def test_set_limits_keeps_it(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-more").press("Enter")
    page.locator("#act-limits-menu").press("Enter")
    write(page, "#limit-max_calls", "50")
    press(page, "#act-limits")
    expect(page.locator("#facts")).to_contain_text("of at most 50 calls")
    expect(page.locator("#act-limits")).to_be_focused()


def test_a_button_that_stays_keeps_it(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-pace-menu").press("Enter")
    write(page, "#concurrency", "7")
    with page.expect_response("**/pace/"):
        press(page, "#act-pace")
    expect(page.locator("#act-pace")).to_be_enabled()
    expect(page.locator("#act-pace")).to_be_focused()

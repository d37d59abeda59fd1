"""What is said of an action: over the end of the page, and without moving what one is about to press."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, assert_flawless
from tests.integration.web.support import batch_of, queue_url


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return batch_of("ann", [*["failed"] * 3, *["queued"] * 30], status="paused")


def told(page: Page) -> None:
    page.locator("#retry-r0").click()
    expect(page.locator("#messages")).to_contain_text("Row 0 waits for another try when you resume.")


def place(page: Page, what: str) -> Any:
    return page.locator(what).bounding_box()


@EVERY_LOOK
def test_a_message_is_seen_and_without_a_flaw(open_page: Open, batch: CsvBatch, look: Look) -> None:
    page = open_page(queue_url(batch), look)
    told(page)
    expect(page.locator("#messages > *")).to_be_in_viewport(ratio=1)
    assert_flawless(page)


def test_nothing_moves_when_it_comes_and_it_is_in_the_middle(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    fixed = ("#act-more", "thead", "#pager")
    before = [place(page, what) for what in fixed]
    told(page)
    assert [place(page, what) for what in fixed] == before
    said = place(page, "#messages")
    assert said["x"] + said["width"] / 2 == pytest.approx(720, abs=1)


def test_the_next_action_takes_it_away(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    told(page)
    page.locator("#act-more").click()
    page.locator("#act-cancel").click()
    expect(page.locator("#state")).to_contain_text("Canceled")
    expect(page.locator("#messages > *")).to_have_count(0)


def test_it_can_be_closed(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    told(page)
    page.get_by_role("button", name="Close this message").click()
    expect(page.locator("#messages > *")).to_have_count(0)
    expect(page.locator("main h1")).to_be_focused()

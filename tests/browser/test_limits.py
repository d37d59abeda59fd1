"""A batch that paused at a limit: raised beside its progress, and it goes on."""

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support import looks
from tests.browser.support.looks import EVERY_LOOK, Look
from tests.integration.web.support import batch_of, queue_url


@pytest.fixture
def paused(transactional_db: None) -> CsvBatch:
    return batch_of(
        "ann",
        ["succeeded", "failed", "queued", "queued"],
        status="paused",
        pause_code="cap_calls",
        pause_detail="The limit of 2 calls is reached, 2 are used. Raise the limit or take it away, then resume.",
        calls=2,
        max_calls=2,
        max_failures=5,
        max_tokens=40_000_000,
        max_minutes=90,
        tokens=1234,
        ran_before_s=300,
    )


def menu(page: Page) -> None:
    page.locator("#act-more").click()
    page.locator("#act-limits-menu").click()


def test_a_limit_is_raised_and_the_batch_resumed(open_page: Open, paused: CsvBatch) -> None:
    page = open_page(queue_url(paused))
    expect(page.locator("#banner")).to_contain_text("The limit of 2 calls is reached")
    menu(page)
    page.get_by_label("Calls").fill("50")
    page.get_by_role("button", name="Save limits").click()
    expect(page.locator("#facts")).to_contain_text("2 of at most 50 calls")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#state")).to_contain_text("Running")


def test_the_same_without_javascript(plain_page: Open, paused: CsvBatch) -> None:
    page = plain_page(queue_url(paused))
    menu(page)
    page.get_by_label("Calls").fill("")
    page.get_by_role("button", name="Save limits").click()
    expect(page.locator("#facts")).not_to_contain_text("calls")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#state")).to_contain_text("Running")


@EVERY_LOOK
def test_the_limits_are_without_a_flaw(open_page: Open, paused: CsvBatch, look: Look) -> None:
    page = open_page(queue_url(paused), look)
    menu(page)
    looks.assert_flawless(page)

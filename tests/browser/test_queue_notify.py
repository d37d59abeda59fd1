"""The offer to notify somebody stands as long as there is something to come."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.conftest import Open, launched
from tests.browser.support import chromium
from tests.integration.web.support import batch_of, queue_url


@pytest.fixture(scope="module")
def browser(driver: Playwright) -> Iterator[Browser]:
    yield from launched(driver, chromium.WITH_WINDOWS)


def test_it_goes_with_a_cancel_and_comes_back_with_a_resume(open_page: Open) -> None:
    page = open_page(queue_url(batch_of("ann", ["failed", "queued"])), permissions=["notifications"])
    offer = page.get_by_role("button", name="Notify me")
    page.locator("#act-more").click()
    expect(offer).to_be_visible()
    page.locator("#act-cancel").click()
    expect(offer).to_be_hidden()
    page.reload()
    page.locator("#act-more").click()
    expect(offer).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator("#act-resume").click()
    page.locator("#act-more").click()
    expect(offer).to_be_visible()

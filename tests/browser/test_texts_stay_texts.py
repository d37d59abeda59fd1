"""Whatever text a file, a person or a network brings: it is shown, and does nothing."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support import payloads


@pytest.mark.parametrize("payload", payloads.PAYLOADS, ids=range(len(payloads.PAYLOADS)))
def test_a_payload_in_every_text_is_shown_and_does_nothing(open_page: Open, payload: str) -> None:
    addresses = payloads.everywhere(payload)
    page = open_page("/csv-batch/")
    for address in addresses.values():
        page.goto(address)
        assert page.locator("img, iframe, style, svg[onload], body link, [hx-get='/evil']").count() == 0, address
    page.goto(addresses["row"])
    for summary in page.locator("summary").all():
        summary.click()
    page.locator(".trace a.mono").click()
    expect(page.get_by_role("heading", name="Run on")).to_contain_text(payload[:40])
    for summary in page.locator("summary").all():
        summary.click()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("payload", payloads.PAYLOADS, ids=range(len(payloads.PAYLOADS)))
def test_a_payload_that_htmx_brings_in_does_nothing_either(open_page: Open, payload: str) -> None:
    """The pane and the news of a batch are put into a page that is there already."""
    addresses = payloads.everywhere(payload)
    page = open_page(addresses["queue"])
    page.get_by_role("link", name="Row 0").click()
    expect(page.locator("#detail-title")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).to_have_text("Row 1")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Retry row 1").click()
    expect(page.locator("#r1 .pill")).to_have_text("queued")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("payload", payloads.PAYLOADS, ids=range(len(payloads.PAYLOADS)))
def test_a_payload_in_the_search_does_nothing(open_page: Open, payload: str) -> None:
    page = open_page(payloads.everywhere("harmless")["queue"])
    search = page.get_by_role("searchbox")
    search.fill(payload)
    search.press("Enter")
    expect(page.locator("#rows")).to_contain_text("No row matches")
    expect(page.get_by_role("searchbox")).to_have_value(payload[:100])

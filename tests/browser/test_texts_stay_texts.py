"""Whatever text a file, a person or a network brings: it is shown, and does nothing."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support import payloads
from tests.browser.support.wizard import Wizard, as_file
from tests.support.api import Api, to_csv


@pytest.mark.parametrize("payload", payloads.PAYLOADS, ids=range(len(payloads.PAYLOADS)))
def test_a_payload_in_every_text_is_shown_and_does_nothing(open_page: Open, payload: str) -> None:
    addresses = payloads.everywhere(payload)
    page = open_page("/csv-batch/")
    for address in addresses.values():
        page.goto(address)
        assert page.locator("img, iframe, style, svg[onload], body link, [hx-get='/evil']").count() == 0, address
    page.goto(addresses["queue"])
    page.get_by_role("button", name="Close the list of batches").click()
    page.locator("#act-switch").click()
    page.goto(addresses["row"])
    for summary in page.locator("#pane summary").filter(visible=True).all():
        summary.click()
    for menu in ("#act-more", "#act-export-menu"):
        page.locator(menu).click()
        page.keyboard.press("Escape")
    for tab in ("Message", "Original", "Trace"):
        page.locator(f"#tab-{tab.lower()}").click()
        expect(page.locator(f"#tab-{tab.lower()}")).to_have_attribute("aria-current", "page")
    page.locator(".run-trace a.mono").click()
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
    expect(page.locator("#r1 .st")).to_have_text("Queued")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("payload", payloads.PAYLOADS, ids=range(len(payloads.PAYLOADS)))
def test_a_payload_in_a_file_and_in_every_field_of_the_wizard_does_nothing(
    open_page: Open, api: Api, payload: str
) -> None:
    api.network(None, payload[:100])
    wizard = Wizard(open_page("/csv-batch/new/"))
    page = wizard.page
    wizard.upload(as_file(to_csv([[payload, "a"], [payload, payload], ["short"]]), f"{payload.replace('/', '')}.csv"))
    expect(page.locator(".refusal")).to_be_visible()
    wizard.upload(as_file(to_csv([[payload, "a"], [payload, payload]]), f"{payload.replace('/', '')}.csv"))
    expect(page.locator("#file-facts")).to_contain_text("1 row, 2 columns")
    page.locator("#rename").click()
    page.locator("#id_name").fill(payload)
    page.get_by_role("button", name="Save names").click()
    expect(page.locator("#draft-name")).to_have_text(payload)
    wizard.next("map")
    wizard.use(payload, "Param", payload.replace(".", ""))
    wizard.use("a", "Prompt")
    expect(page.locator("#live")).to_contain_text(f"a: {payload}")
    wizard.next("prompt")
    wizard.write_template("{{ row['no " + payload.replace("'", "").replace("{", "") + "'] }}")
    expect(page.locator("#problems li").first).to_be_visible()
    page.get_by_label("Prompt template").press_sequentially(" {{ row")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    wizard.write_template("{{ row.a }}")
    expect(page.locator("#preview-message")).to_contain_text(payload)
    wizard.next("schema")
    wizard.add_field("mood", choices=[payload.replace("\n", " ")])
    expect(page.locator("#schema-shape")).to_contain_text(
        payload.replace("\n", " ").replace("\\", "\\\\").replace('"', '\\"')
    )
    wizard.next("review")
    expect(page.locator("#review-cards")).to_contain_text(payload[:40])
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("payload", payloads.PAYLOADS, ids=range(len(payloads.PAYLOADS)))
def test_a_payload_in_the_search_does_nothing(open_page: Open, payload: str) -> None:
    page = open_page(payloads.everywhere("harmless")["queue"])
    search = page.get_by_role("searchbox")
    search.fill(payload)
    search.press("Enter")
    expect(page.locator("#rows")).to_contain_text("No row matches")
    expect(page.get_by_role("searchbox")).to_have_value(payload[:100])

"""A template that is typed: tokens are offered, it saves itself, and nobody leaves before it is saved."""

import re

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.integration.csv_batches.wizard.drafts import address, draft, stored

ODD = ("subject", "Order no", "{{x}}", 'a"b', "items")


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return draft(names=ODD, prompt_template="Sort it.")


@pytest.fixture
def page(open_page: Open, batch: CsvBatch) -> Page:
    page = open_page(address(batch, "prompt/"))
    page.locator("#prompt_template").focus()
    page.keyboard.press("Control+End")
    return page


def saved(page: Page) -> None:
    expect(page.locator("#prompt-state")).to_have_text("Saved")


def test_a_token_is_chosen_with_keys_and_the_message_follows(page: Page, batch: CsvBatch) -> None:
    area, options = page.locator("#prompt_template"), page.locator("#token-options [role=option]")
    page.keyboard.type(" {{")
    expect(options).to_have_count(6)
    expect(area).to_have_attribute("aria-controls", "token-options")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(area).to_have_attribute("aria-activedescendant", "token-option-1")
    page.keyboard.press("Enter")
    expect(area).to_have_value('Sort it. {{ row["Order no"] }}')
    expect(area).not_to_have_attribute("aria-controls", re.compile("."))
    expect(page.locator("#preview-message .v")).to_have_text("Order no 0")
    saved(page)
    assert stored(batch).prompt_template == 'Sort it. {{ row["Order no"] }}'


def test_the_list_stays_on_the_page_when_the_window_becomes_narrower(page: Page) -> None:
    page.keyboard.type(" and much more of a long line, as wide as the area is {{")
    expect(page.locator("#token-popup")).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(page.locator("#token-popup")).to_be_visible()


def test_typing_on_narrows_the_list_and_tab_takes_the_first(page: Page) -> None:
    page.keyboard.type(" {{ a")
    expect(page.locator("#token-options [role=option]")).to_have_text([r'row["a\"b"]'])
    page.keyboard.press("Tab")
    expect(page.locator("#prompt_template")).to_be_focused()
    expect(page.locator("#preview-message .v")).to_have_text('a"b 0')


def test_escape_closes_the_list_until_it_is_asked_for(page: Page) -> None:
    popup = page.locator("#token-popup")
    page.keyboard.type(" {{")
    expect(popup).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type(" row")
    expect(popup).to_be_hidden()
    page.keyboard.press("Control+Space")
    expect(popup).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#prompt_template")).to_have_value("Sort it. {{ row.subject }}")


def test_a_token_that_is_there_is_replaced_and_its_filter_stays(page: Page) -> None:
    area = page.locator("#prompt_template")
    area.fill("{{ row.subject | upper }}")
    area.evaluate("area => area.setSelectionRange(3, 3)")
    page.keyboard.type("items")
    expect(page.locator("#token-options [role=option]")).to_have_text(["row.items"])
    page.keyboard.press("Enter")
    expect(area).to_have_value("{{ row.items | upper }}")
    expect(page.locator("#preview-message pre")).to_have_text("ITEMS 0")


def test_a_token_is_inserted_by_a_click_where_the_caret_was_and_taken_back(page: Page) -> None:
    area = page.locator("#prompt_template")
    area.evaluate("area => area.setSelectionRange(4, 4)")
    page.get_by_role("button", name='row["{{x}}"]').click()
    expect(area).to_have_value('Sort{{ row["{{x}}"] }} it.')
    expect(area).to_be_focused()
    page.keyboard.press("Control+z")
    expect(area).to_have_value("Sort it.")
    saved(page)


def test_a_mistake_is_shown_with_its_line_and_what_was_typed_stays(page: Page, batch: CsvBatch) -> None:
    page.keyboard.type("\n{% if %}")
    expect(page.locator("#prompt-problem")).to_contain_text("(line 2 of the template)")
    expect(page.locator("#prompt-state")).to_have_text("Not saved")
    expect(page.locator("#prompt_template")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#preview-message pre")).to_have_text("Sort it.")
    page.get_by_role("button", name="Show line 2").click()
    page.keyboard.press("Delete")
    saved(page)
    expect(page.locator("#prompt-problem")).not_to_contain_text("line")
    assert stored(batch).prompt_template == "Sort it.\n"


def test_a_link_pressed_at_once_waits_for_what_was_typed(page: Page, batch: CsvBatch) -> None:
    page.keyboard.type(" Quickly.")
    page.get_by_role("link", name="Response schema").click()
    expect(page).to_have_url(re.compile("/schema/$"))
    assert stored(batch).prompt_template == "Sort it. Quickly."


def test_rows_are_walked_through_with_keys(page: Page) -> None:
    row = page.locator("#row")
    page.locator("#row-next").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_value("1")
    expect(page.locator("#row-previous")).to_have_attribute("value", "0")
    expect(page.locator("#row-next")).to_be_focused()
    page.locator("#row").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("#row-previous")).to_have_attribute("value", "1")
    expect(page.locator("#row-next")).to_have_attribute("aria-disabled", "true")


def test_of_thousands_of_tokens_a_few_are_on_the_page_and_any_is_found(open_page: Open) -> None:
    wide = draft(names=[f"c{number}" for number in range(5000)], rows=1)
    page = open_page(address(wide, "prompt/"))
    page.locator("#prompt_template").focus()
    page.keyboard.type("{{")
    expect(page.locator("#token-options [role=option]")).to_have_count(50)
    expect(page.locator("#token-hint")).to_have_text("4,951 more: type on to find them.")
    page.keyboard.type(" c4999")
    expect(page.locator("#token-options [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#prompt_template")).to_have_value("{{ row.c4999 }}")
    page.locator("#find").fill("c4321")
    expect(page.locator("#prompt-tokens [data-token]")).to_have_count(1)
    expect(page.locator("#prompt-tokens [data-token]")).to_have_attribute("data-token", "row.c4321")

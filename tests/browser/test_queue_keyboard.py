"""A batch without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.keys import tab_to
from tests.browser.support.states import completed
from tests.integration.web.support import queue_url


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return completed()


def test_rows_are_opened_walked_through_and_closed_with_keys(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    tab_to(page, "#to-r0")
    page.keyboard.press("Enter")
    title = page.locator("#detail-title")
    expect(title).to_be_focused()
    expect(title).to_have_text("Row 0")
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(title).to_have_text("Row 1")
    expect(page.locator("#r1")).to_have_class("on")
    page.keyboard.press("j")
    expect(title).to_have_text("Row 2")
    page.keyboard.press("k")
    expect(title).to_have_text("Row 1")
    expect(page).to_have_url(re.compile("/row/1/$"))
    page.keyboard.press("Escape")
    expect(title).to_have_count(0)
    expect(page.locator("#to-r1")).to_be_focused()
    expect(page).to_have_url(queue_url(batch))


def test_letters_that_are_typed_into_a_field_open_nothing(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/1/"))
    page.get_by_role("searchbox").focus()
    page.keyboard.type("jk")
    expect(page.get_by_role("searchbox")).to_have_value("jk")
    expect(page.locator("#detail-title")).to_have_text("Row 1")


def test_the_skip_link_comes_first_and_leads_past_the_head(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_everything_that_takes_the_focus_shows_it_and_none_is_a_trap(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/"))
    seen = []
    for _ in range(300):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
            return [one === document.body, one.id || one.textContent.trim().slice(0, 30), style.outlineStyle]; }"""
        )
        if place[0]:
            break
        seen.append(place)
    else:
        raise AssertionError(f"Tab never came to the end: {seen[-5:]}")
    assert [name for _, name, outline in seen if outline == "none"] == []
    assert "row-close" in [name for _, name, _ in seen]

"""A correction that was typed is not lost on the way to another row."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.states import completed
from tests.browser.support.watch import Watch
from tests.integration.web.support import queue_url

AWAY = ["j", "Escape", "the next button", "another line"]


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return completed()


def typed(page: Page) -> Locator:
    """A correction of row 4 in the making, with the focus outside its fields."""
    page.locator("#row-correct").click()
    field = page.locator("#correct").get_by_label(re.compile("^category"))
    field.fill("praise")
    page.locator("#row-correct").focus()
    return field


def leave(page: Page, how: str) -> None:
    if how == "the next button":
        page.locator("#row-next").click()
    elif how == "another line":
        page.get_by_role("link", name="Row 7", exact=True).click()
    else:
        page.keyboard.press(how)


@pytest.mark.parametrize("how", AWAY)
def test_what_was_typed_stays_where_one_does_not_mean_to_leave(
    open_page: Open, batch: CsvBatch, watch: Watch, how: str
) -> None:
    watch.answer_dialogs(accept=False)
    page = open_page(queue_url(batch, "row/4/"))
    field = typed(page)
    leave(page, how)
    expect(field).to_have_value("praise")
    expect(page.locator("#detail-title")).to_have_text("Row 4")
    assert watch.asked == ["The correction is not saved. Discard it?"]


def test_one_goes_on_where_that_is_meant(open_page: Open, batch: CsvBatch, watch: Watch) -> None:
    watch.answer_dialogs(accept=True)
    page = open_page(queue_url(batch, "row/4/"))
    typed(page)
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).to_have_text("Row 5")
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).to_have_text("Row 6")
    assert len(watch.asked) == 1


def test_nothing_is_asked_where_nothing_was_changed_or_it_was_saved(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/4/"))
    typed(page)
    page.get_by_role("button", name="Save correction").click()
    expect(page.locator("#pane")).to_contain_text("Answer before the correction")
    page.locator("#row-correct").click()
    page.locator("#row-correct").focus()
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).to_have_text("Row 5")


def test_discard_is_not_asked_again(open_page: Open, batch: CsvBatch, watch: Watch) -> None:
    page = open_page(queue_url(batch, "row/4/"))
    typed(page)
    page.get_by_role("link", name="Discard").click()
    expect(page.locator("#correct")).not_to_have_attribute("open", "")
    expect(page.locator("#detail-title")).to_have_text("Row 4")
    assert watch.asked == []
    assert batch.rows.get(row_index=4).corrected_payload is None

"""What stands on a batch's page at every width: nothing cut, nothing alone, nothing off its edge."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import Look
from tests.integration.web.support import batch_of, queue_url

CODES = ("rejected", "schema_mismatch", "server_error")
SENTENCE = '"category" is 17, not one of billing, bug, feature, praise, shipping, spam, other; "score" is missing'


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """Running, with rows in every state and failures of three codes."""
    batch = batch_of("ann", ["failed"] * 3 + ["succeeded"] * 2 + ["running"] * 2 + ["queued"] * 20)
    for index, code in enumerate(CODES):
        batch.rows.filter(row_index=index).update(error_code=code, error_message=SENTENCE)
    batch.rows.filter(row_index__lt=5).update(payload=["1", "A subject of some words", "The body of a mail " * 9])
    return batch


def place(page: Page, what: str) -> Any:
    return page.locator(what).bounding_box()


def right(box: Any) -> float:
    return float(box["x"] + box["width"])


@pytest.mark.parametrize("tail", ["", "row/0/"], ids=["the rows", "a row open"])
@pytest.mark.parametrize("width", [561, 761, 901, 1000, 1181, 1440])
def test_the_grid_scrolls_sideways_and_not_the_page(open_page: Open, batch: CsvBatch, width: int, tail: str) -> None:
    page = open_page(queue_url(batch, tail), Look("any", width=width))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#retry-r0").scroll_into_view_if_needed()
    assert right(place(page, "#retry-r0")) <= right(place(page, "#table"))
    assert page.evaluate("document.documentElement.scrollLeft") == 0


@pytest.mark.parametrize("width", [1440, 1000, 761, 360])
def test_every_button_of_the_head_is_in_one_line_inside_the_window(
    open_page: Open, batch: CsvBatch, width: int
) -> None:
    page = open_page(queue_url(batch), Look("any", width=width))
    shown = page.locator(".head .acts > * .btn:visible, .head .acts > .btn:visible").all()
    boxes = [one.bounding_box() for one in shown]
    assert len(boxes) >= 3
    assert len({box["y"] for box in boxes if box}) == 1
    assert max(right(box) for box in boxes) <= width


def test_a_running_row_has_no_empty_answers_where_lines_are_stacked(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch), Look("phone", width=360))
    expect(page.locator("#r5 .st")).to_be_visible()
    expect(page.get_by_text("…", exact=True).filter(visible=True)).to_have_count(0)

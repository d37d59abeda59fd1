"""How much of a batch one sees, at the sizes that its design was made for."""

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.keys import tab_to
from tests.browser.support.looks import Look
from tests.integration.web.support import batch_of, queue_url

TEXT = "A mail of several words that goes on.\n\nAnd on.\n" * 20
FIELDS = [
    {"name": "category", "type": "string", "choices": ["billing", "praise"]},
    {"name": "score", "type": "integer"},
    {"name": "tags", "type": "list", "items": {"type": "string"}},
    {"name": "urgent", "type": "boolean"},
    {"name": "summary", "type": "string"},
]
ANSWER = {
    "category": "billing",
    "score": 95,
    "tags": ["refund", "late"],
    "urgent": True,
    "summary": "Wants it back. " * 8,
}


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """Of 40 columns and five response fields, done; two rows failed."""
    columns = [
        {"name": f"c{n}", "header": f"c{n}", "mode": "prompt" if n < 5 else "ignore", "key": ""} for n in range(40)
    ]
    fields = [{"description": "", "required": True, **field} for field in FIELDS]
    statuses = ["failed", "failed", *["succeeded"] * 58]
    batch = batch_of("ann", statuses, status="completed", columns=columns, response_fields=fields)
    batch.rows.update(payload=[TEXT] * 40)
    batch.rows.filter(status="succeeded").update(result_payload=ANSWER)
    return batch


def rows_in_view(page: Page) -> int:
    return int(
        page.evaluate(
            """() => {
            const grid = document.getElementById("table").getBoundingClientRect();
            const top = document.querySelector("#table thead").getBoundingClientRect().bottom;
            return [...document.querySelectorAll("#rows > tr")].map((row) => row.getBoundingClientRect())
              .filter((box) => box.top >= top - 1 && box.bottom <= Math.min(grid.bottom, innerHeight) + 1).length;
            }"""
        )
    )


def test_rows_fill_the_window_and_the_head_is_low(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch), Look("wide", width=1440, height=900))
    head = page.locator(".head").bounding_box()
    assert head
    assert head["height"] <= 120
    assert rows_in_view(page) >= 14


def test_with_a_row_open_there_are_still_nine_and_its_answer_is_in_view(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch), Look("wide", width=1440, height=900))
    before = page.locator(".head").bounding_box()
    page.get_by_role("link", name="Row 5", exact=True).click()
    expect(page.locator("#detail-title")).to_be_focused()
    assert rows_in_view(page) >= 9
    answer = page.get_by_role("region", name="Answer").locator("dl.fields").bounding_box()
    assert answer
    assert answer["y"] + answer["height"] <= 700
    assert page.locator(".head").bounding_box() == before, "nothing above the rows moves"


def test_on_a_phone_the_answer_is_what_one_sees_first(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch), Look("phone", width=360, height=740))
    first = page.locator("#rows > tr").first.bounding_box()
    assert first
    assert first["y"] <= 240
    page.get_by_role("link", name="Row 5", exact=True).click()
    answer = page.get_by_role("region", name="Answer").locator("dl.fields")
    expect(answer).to_be_visible()
    box = answer.bounding_box()
    assert box
    assert box["y"] <= 160


def test_the_first_row_is_at_most_twelve_tab_stops_away(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    tab_to(page, "#to-r0", most=12)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="Selected rows")).to_contain_text("1 selected")
    expect(page.get_by_role("checkbox", name="Select row 1", exact=True)).to_be_checked()

"""A long text is formatted in its place, by keys too, and without JavaScript by a link."""

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support import looks
from tests.browser.support.looks import DARK, PHONE, Look
from tests.integration.web.support import batch_of, queue_url, row_of

ADVICE = (
    "# Pay\n\nIt is **late**, see [the desk](https://a.example):\n\n- one\n- `two`\n\n"
    "> said\n\n| a | b |\n|---|---|\n| 1 | 2 |"
)


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    fields = [{"name": "advice", "description": "", "type": "string", "required": True}]
    made = batch_of("ann", status="completed", response_fields=fields)
    row_of(made, 0, "succeeded", result_payload={"advice": ADVICE})
    CsvBatch.objects.filter(pk=made.pk).update(total=1, succeeded=1)
    return made


def switch(page: Page, name: str) -> None:
    page.get_by_role("link", name=f"{name} advice").press("Enter")


def test_it_changes_in_its_place_and_the_focus_stays(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/0/"))
    switch(page, "Formatted")
    expect(page.locator("#pane .md li")).to_have_count(2)
    expect(page.locator("#how-1")).to_be_focused()
    page.reload()
    expect(page.locator("#pane .md strong")).to_have_text("late")
    switch(page, "As written")
    expect(page.locator("#pane .md")).to_have_count(0)
    expect(page.locator("#pane")).to_contain_text("It is **late**")


@pytest.mark.parametrize("look", [DARK, PHONE], ids=["dark", "phone"])
def test_it_is_without_a_flaw(open_page: Open, batch: CsvBatch, look: Look) -> None:
    page = open_page(queue_url(batch, "row/0/page/?formatted=1"), look)
    expect(page.locator(".md .h")).to_have_text("Pay")
    looks.assert_flawless(page)


def test_without_javascript_it_is_a_link(plain_page: Open, batch: CsvBatch) -> None:
    page = plain_page(queue_url(batch, "row/0/page/"))
    switch(page, "Formatted")
    expect(page.locator(".md .h")).to_have_text("Pay")

"""What a person has chosen, opened or ticked stays while the counts beside it change."""

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.integration.web.support import batch_of, queue_url, row_of

CODES = ["timeout", "timeout", "rejected"]


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """Running, with failures of two codes."""
    batch = batch_of("ann", ["failed"] * 3 + ["succeeded", "running", "queued"])
    for index, code in enumerate(CODES):
        batch.rows.filter(row_index=index).update(error_code=code)
    return batch


def one_more_fails(batch: CsvBatch) -> None:
    row_of(batch, 6, "failed", error_code="rejected")
    CsvBatch.objects.filter(pk=batch.pk).update(failed=4, total=7)


def await_news(page: Page, failed: int = 4) -> None:
    expect(page.locator("#act-retry")).to_have_text(f"Retry {failed} failed")


def test_the_menu_of_reasons_stays_open_and_has_the_new_counts(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.get_by_role("button", name="Retry by reason").click()
    rejected = page.locator("#retry-code-rejected")
    rejected.focus()
    one_more_fails(batch)
    await_news(page)
    expect(rejected).to_be_focused()
    expect(rejected).to_have_text("Rejected by the network2")
    rejected.click()
    await_news(page, failed=2)
    assert set(batch.rows.failed().values_list("error_code", flat=True)) == {"timeout"}


def test_ticked_rows_stay_ticked(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.get_by_role("checkbox", name="Select row 2", exact=True).check()
    one_more_fails(batch)
    batch.rows.filter(row_index=2).update(error_message="Another sentence.")
    await_news(page)
    expect(page.locator("#r2")).to_contain_text("Another sentence.")
    expect(page.get_by_role("checkbox", name="Select row 2", exact=True)).to_be_checked()
    expect(page.get_by_role("toolbar", name="Selected rows")).to_contain_text("1 selected")


def test_the_open_menu_its_tick_and_the_focus_stay(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-more").click()
    know = page.get_by_role("checkbox", name="Overwrites")
    know.check()
    expect(know).to_be_focused()
    one_more_fails(batch)
    await_news(page)
    expect(know).to_be_checked()
    expect(know).to_be_focused()
    expect(page.get_by_role("button", name="Duplicate the 4 that failed")).to_be_visible()

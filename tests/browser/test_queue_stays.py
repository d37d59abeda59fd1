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
    expect(page.locator("#act-retry b")).to_have_text(str(failed))


def test_the_chosen_error_code_stays_and_has_its_new_count(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#retry-code").select_option("rejected")
    one_more_fails(batch)
    await_news(page)
    expect(page.locator("#retry-code")).to_have_value("rejected")
    expect(page.locator("#retry-code option:checked")).to_have_text("Rejected by the network (2)")
    page.get_by_role("button", name="Retry failed").click()
    await_news(page, failed=2)
    assert set(batch.rows.failed().values_list("error_code", flat=True)) == {"timeout"}


def test_a_code_of_which_nothing_is_left_does_not_become_all(open_page: Open, batch: CsvBatch) -> None:
    row_of(batch, 6, "failed", error_code="server_error")
    CsvBatch.objects.filter(pk=batch.pk).update(failed=4, total=7)
    page = open_page(queue_url(batch))
    page.locator("#retry-code").select_option("rejected")
    batch.rows.filter(error_code="rejected").update(status="queued", error_code="")
    CsvBatch.objects.filter(pk=batch.pk).update(failed=3, queued=2)
    await_news(page, failed=3)
    expect(page.locator("#retry-code option:checked")).to_have_text("Rejected by the network (0)")


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
    expect(page.get_by_role("button", name="The 4 that failed")).to_be_visible()

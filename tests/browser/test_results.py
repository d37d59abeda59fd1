"""What a batch's answers say together, correcting one, and going on with another batch."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import assert_flawless
from tests.browser.support.states import completed
from tests.integration.web.support import FIELDS, batch_of, queue_url

BOTH = pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """Done, with answers of which some are alike."""
    batch = completed()
    category = {**FIELDS[0], "choices": ["billing", "praise", "other"]}
    CsvBatch.objects.filter(pk=batch.pk).update(response_fields=[category, FIELDS[1]])
    batch.rows.filter(row_index__gte=3, row_index__lt=13).update(
        result_payload={"category": "billing", "urgent": False}
    )
    return batch


def bars(page: Page, field: str) -> Locator:
    return page.get_by_role("region", name=field).get_by_role("link")


def test_a_bar_leads_to_its_rows(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#act-more").click()
    page.get_by_role("link", name="Results by field").click()
    expect(bars(page, "urgent").filter(has_text="false")).to_contain_text("11")
    assert_flawless(page)
    bars(page, "category").filter(has_text="billing").click()
    expect(page.locator("#rows tr")).to_have_count(10)
    page.get_by_role("link", name="Row 5", exact=True).click()
    expect(page.locator("#detail-title")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).to_have_text("Row 6")


def test_the_distributions_have_a_page_without_javascript(plain_page: Open, batch: CsvBatch) -> None:
    page = plain_page(queue_url(batch))
    page.locator("#act-more").click()
    page.get_by_role("link", name="Results by field").click()
    bars(page, "category").filter(has_text="billing").click()
    expect(page.locator("#rows tr")).to_have_count(10)


@BOTH
def test_an_answer_is_corrected_and_the_correction_taken_back(
    open_page: Open, plain_page: Open, batch: CsvBatch, script: bool
) -> None:
    page = (open_page if script else plain_page)(queue_url(batch, "row/4/"))
    page.locator("#row-correct").click()
    page.locator("#correct").get_by_label(re.compile("^category")).select_option("praise")
    page.get_by_role("button", name="Save correction").click()
    expect(page.locator("#pane")).to_contain_text("Answer before the correction")
    expect(page.locator("#pane")).to_contain_text("Answer before")
    expect(page.locator("#r4 td.ans").first).to_have_text("praise")
    page.get_by_role("button", name="Revert").click()
    expect(page.locator("#r4 td.ans").first).to_have_text("billing")
    expect(page.locator("#pane")).not_to_contain_text("corrected")


def test_a_correction_that_breaks_the_schema_is_said_beside_it(open_page: Open, batch: CsvBatch) -> None:
    CsvBatch.objects.filter(pk=batch.pk).update(
        response_fields=[{"name": "score", "type": "integer", "required": True}]
    )
    page = open_page(queue_url(batch, "row/4/"))
    page.locator("#row-correct").click()
    field = page.locator("#correct").get_by_label(re.compile("^score"))
    page.get_by_role("button", name="Save correction").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert_flawless(page)


@BOTH
def test_the_failed_rows_become_a_new_draft(open_page: Open, plain_page: Open, batch: CsvBatch, script: bool) -> None:
    page = (open_page if script else plain_page)(queue_url(batch))
    page.locator("#act-more").click()
    page.get_by_role("button", name="Duplicate the 1 that failed").click()
    expect(page.get_by_role("status").filter(has_text="This is a new draft with 1 row of “Done”.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Steps")).to_be_visible()


@BOTH
def test_the_number_of_rows_at_a_time_changes_while_it_runs(open_page: Open, plain_page: Open, script: bool) -> None:
    batch = batch_of("ann", ["running", "queued"])
    page = (open_page if script else plain_page)(queue_url(batch))
    page.get_by_role("button", name="Concurrency 1").click()
    page.get_by_label("Concurrency").fill("7")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#act-pace-menu")).to_have_text("Concurrency 7")
    page.reload()
    expect(page.locator("#act-pace-menu")).to_have_text("Concurrency 7")


def test_one_is_notified_only_if_one_asked(open_page: Open) -> None:
    page = open_page(queue_url(batch_of("ann", ["running", "queued"])), permissions=["notifications"])
    page.locator("#act-more").click()
    button = page.locator("#notify")
    if button.count() and button.is_visible():
        button.click()
        expect(button).to_have_text("You’ll be notified")
        page.locator("#act-more").click()
        button.click()
        expect(button).to_have_text("Notify me when it ends")


@BOTH
def test_a_draft_leads_to_the_step_where_its_set_up_goes_on(open_page: Open, plain_page: Open, script: bool) -> None:
    batch = batch_of("ann", ["queued"], status="draft", response_fields=[])
    page = (open_page if script else plain_page)(queue_url(batch))
    page.get_by_role("link", name="Continue set-up: Response schema").click()
    expect(page).to_have_url(queue_url(batch, "schema/"))

"""The file that a browser saves is the file that the API gives."""

import re

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.states import completed, running
from tests.integration.web.support import queue_url
from tests.support.api import Api, from_csv


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return completed()


def save(page: Page, link: str, *, exact: bool = True) -> tuple[str, bytes]:
    """The name and content of what a click on the link saves."""
    with page.expect_download() as started:
        page.get_by_role("link", name=link, exact=exact).click()
    return started.value.suggested_filename, started.value.path().read_bytes()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_each_format_is_saved_as_the_api_gives_it(open_page: Open, batch: CsvBatch, api: Api, script: bool) -> None:
    page = open_page(queue_url(batch), java_script_enabled=script)
    name, content = save(page, "Export CSV")
    assert name.endswith(".csv")
    assert content == api.export(str(batch.pk))
    assert len(from_csv(content)) == 64
    name, content = save(page, "Export JSONL")
    assert name.endswith(".jsonl")
    assert content == api.export(str(batch.pk), format="jsonl")
    assert save(page, "CSV with formulas defused")[1] == api.export(str(batch.pk), excel=1)


def test_before_the_end_the_export_is_closed_with_its_reason_but_what_is_there_can_be_had(
    open_page: Open, api: Api
) -> None:
    batch = running()
    page = open_page(queue_url(batch))
    expect(page.get_by_role("button", name="Export CSV")).to_be_disabled()
    expect(page.get_by_role("button", name="Export CSV")).to_have_accessible_description(re.compile("The export opens"))
    assert save(page, "CSV")[1] == api.export(str(batch.pk), partial=1)

"""The file that a browser saves is the file that the API gives."""

import pytest
from playwright.sync_api import Page

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
    if not page.locator("#menu-export").is_visible():
        page.locator("#act-export-menu").click()
    with page.expect_download() as started:
        page.get_by_role("link", name=link, exact=exact).click()
    return started.value.suggested_filename, started.value.path().read_bytes()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_each_format_is_saved_as_the_api_gives_it(open_page: Open, batch: CsvBatch, api: Api, script: bool) -> None:
    page = open_page(queue_url(batch), java_script_enabled=script)
    name, content = save(page, "CSV")
    assert name.endswith(".csv")
    assert content == api.export(str(batch.pk))
    assert len(from_csv(content)) == 64
    name, content = save(page, "JSONL")
    assert name.endswith(".jsonl")
    assert content == api.export(str(batch.pk), format="jsonl")
    assert save(page, "CSV for Excel", exact=False)[1] == api.export(str(batch.pk), excel=1)


def test_before_the_end_it_is_what_is_there_so_far(open_page: Open, api: Api) -> None:
    batch = running()
    page = open_page(queue_url(batch))
    name, content = save(page, "CSV")
    assert " so far " in name
    assert content == api.export(str(batch.pk), partial=1)


def test_the_options_choose_format_delimiter_and_columns(open_page: Open, batch: CsvBatch, api: Api) -> None:
    page = open_page(queue_url(batch) + "?status=failed")
    page.locator("#act-export-menu").click()
    page.get_by_text("More options").click()
    page.get_by_label("Delimiter").select_option("Semicolon")
    page.locator("#export-columns").fill("row_index,status")
    with page.expect_download() as started:
        page.locator("#act-export").click()
    content = started.value.path().read_bytes()
    assert content == api.export(str(batch.pk), status="failed", delimiter=";", columns="row_index,status")
    assert content.startswith(b"row_index;status\n")

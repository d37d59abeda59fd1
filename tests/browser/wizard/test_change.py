"""A started batch gets another prompt, with JavaScript or without."""

import re

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.wizard import HEAD, MAILS, Wizard
from tests.browser.wizard.conftest import READY
from tests.support.api import Api


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_the_prompt_is_changed_and_the_rows_that_wait_run_with_it(
    open_page: Open, plain_page: Open, api: Api, script: bool
) -> None:
    batch = api.ready(api.network(None), MAILS, HEAD, **READY)
    api.run(batch)
    api.post(f"/csv_batches/{batch}/pause", want=202)
    page = (open_page if script else plain_page)(f"/csv-batch/{batch}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Change prompt or schema").click()
    wizard = Wizard(page, script=script)
    wizard.is_at("prompt")
    page.locator("#prompt_template").fill("Sort: {{ row.body }}")
    wizard.next("schema")
    page.get_by_role("button", name="Next: Review").click()
    expect(page.get_by_role("heading", name="Review change")).to_be_visible()
    expect(page.locator("ol.diff")).to_contain_text("Sort: {{ row.body }}")
    expect(page.get_by_label(re.compile("^The 4 rows that wait"))).to_be_checked()
    page.get_by_role("button", name="Apply change").click()
    expect(page.locator("#state .st")).to_have_text("Running")
    expect(page.get_by_text("revision 2", exact=True)).to_be_visible()
    assert CsvBatch.objects.get(pk=batch).prompt_template == "Sort: {{ row.body }}"

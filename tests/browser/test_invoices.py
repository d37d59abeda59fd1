"""Invoices with line items: a pasted schema is run, an item is corrected, and each item is saved as a line."""

import json

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.wizard import Wizard
from tests.integration.web.support import queue_url
from tests.support import invoices
from tests.support.api import Api, from_csv, to_csv
from tests.support.invoices import ANSWERS, line
from tests.support.run_server import RunServer

pytestmark = pytest.mark.usefixtures("worker")
MENDED = [line("A-1", 2, 9.5), line("Größe 2", 3, 20)]


@pytest.fixture
def draft(api: Api, run_server: RunServer) -> str:
    run_server.script(**invoices.script())
    made = api.draft(api.network(run_server), prompt_template="{{ row.text }}")
    api.upload(made, to_csv([["id", "text"], *[[str(n), f"invoice {n}"] for n in range(3)]]))
    return made


def test_from_a_pasted_schema_to_a_line_for_each_item(open_page: Open, api: Api, draft: str) -> None:
    page = open_page(f"/csv-batch/{draft}/schema/")
    take_schema(page)
    assert [field["name"] for field in api.batch(draft)["response_fields"]] == list(ANSWERS[0])
    wizard = Wizard(page)
    wizard.next("review")
    wizard.start()
    expect(page.locator("#state .st")).to_have_text("Completed")

    batch = CsvBatch.objects.get(pk=draft)
    page.goto(queue_url(batch, "row/0/"))
    correct_items(page)
    expect(page.get_by_role("heading", name="Answer, corrected")).to_be_visible()
    expect(page.locator("#pane")).to_contain_text("Größe 2")
    corrected = {**ANSWERS[0], "lines": MENDED}
    assert api.get(f"/csv_batches/{draft}/rows/0")["corrected_payload"] == corrected

    page.goto(queue_url(batch))
    flat = save(page, "One column per field of an object")
    assert flat[0][4:6] == ["vendor.name", "vendor.email"]
    exploded = save(page, "One line per object of a list")
    place = exploded[0].index("item_index")
    assert exploded[0][place : place + 4] == ["item_index", "lines.sku", "lines.quantity", "lines.price"]
    assert [one[place : place + 3] for one in exploded[1:3]] == [["0", "A-1", "2"], ["1", "Größe 2", "3"]]
    assert len(exploded) == 1 + 2 + 1 + 1


def take_schema(page: Page) -> None:
    page.get_by_text("Import from a sample answer or a JSON Schema").click()
    page.get_by_label("Sample answers").fill(json.dumps(invoices.PYDANTIC, indent=2))
    page.get_by_role("button", name="Show fields").click()
    page.get_by_role("button", name="Use these fields").click()
    expect(page.locator(".schema-rows > .lines > .line")).to_have_count(len(ANSWERS[0]))


def correct_items(page: Page) -> None:
    """With an item of no quantity first, which is refused where it stands."""
    page.locator("#row-correct").click()
    as_json = page.get_by_role("button", name="As JSON: lines")
    items = page.locator("textarea[name=answer4]")
    as_json.click()
    items.fill(json.dumps([MENDED[0], {**MENDED[1], "quantity": 0}]))
    page.get_by_role("button", name="Save correction").click()
    expect(page.locator("#correct").get_by_text("lines[1].quantity")).to_be_visible()
    as_json.click()
    items.fill(json.dumps(MENDED))
    page.get_by_role("button", name="Save correction").click()


def save(page: Page, nested: str) -> list[list[str]]:
    """What the export menu saves with this choice."""
    if not page.get_by_label("Objects and lists").is_visible():
        page.locator("#act-export-menu").click()
        page.get_by_text("More options").click()
    page.get_by_label("Objects and lists").select_option(nested)
    with page.expect_download() as started:
        page.locator("#act-export").click()
    return from_csv(started.value.path().read_bytes())

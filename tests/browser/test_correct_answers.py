"""An answer with a list and an object is corrected, then a field of many rows, and that is undone."""

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.integration.web.support import batch_of, queue_url, row_of

ANSWER = {"category": "praise", "score": 5, "tags": ["late", "broken"], "vendor": {"name": "Größe", "ids": [1, 2]}}


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    made = batch_of("ann", status="completed")
    texts = {"type": "list", "items": {"type": "string"}}
    vendor = {"type": "object", "fields": [{"name": "name", "type": "string", "description": "", "required": True}]}
    common = {"description": "", "required": True}
    made.set_response_fields(
        [
            {"name": "category", "type": "string", "choices": ["praise", "billing"], **common},
            {"name": "score", "type": "integer", **common},
            {"name": "tags", **texts, **common},
            {"name": "vendor", **vendor, **common},
        ]
    )
    made.save()
    for index in range(5):
        row_of(made, index, "succeeded", result_payload={**ANSWER, "score": index})
    CsvBatch.objects.filter(pk=made.pk).update(total=5, succeeded=5, queued=0, running=0, failed=0)
    return made


def answers(batch: CsvBatch) -> dict[int, object]:
    rows = batch.rows.filter(corrected_payload__isnull=False)
    return dict(rows.values_list("row_index", "corrected_payload"))


def correct(page: Page) -> None:
    page.get_by_role("button", name="Save correction").click()


def test_one_field_is_corrected_and_the_list_and_the_object_stay(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/2/"))
    page.locator("#row-correct").click()
    form = page.locator("#correct")
    vendor = page.locator("textarea[name=answer3]")
    form.get_by_role("button", name="As JSON: vendor").click()
    vendor.fill('{"name": 7}')
    correct(page)
    expect(form.get_by_text("vendor.name")).to_be_visible()
    form.get_by_role("button", name="As JSON: vendor").click()
    vendor.fill('{"name": "Größe",\n "ids": [1, 2]}')
    form.get_by_label("score").fill("8")
    form.get_by_role("button", name="As text: tags").click()
    form.get_by_role("textbox", name="tags", exact=True).fill("late\nlost")
    correct(page)
    expect(page.get_by_role("heading", name="Answer before the correction")).to_be_visible()
    assert answers(batch) == {2: {**ANSWER, "score": 8, "tags": ["late", "lost"]}}
    expect(page.locator("#undo")).to_contain_text("Corrected 1 row")


def test_a_field_is_set_in_the_filtered_rows_and_undone(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch) + "?field=score&least=3")
    page.get_by_role("link", name="Correct these").click()
    page.get_by_label("Field").select_option("category")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("New value").select_option("billing")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("form.rows")).to_contain_text("Set category = billing in 2 rows?")
    page.get_by_role("button", name="Set category in 2 rows").click()
    expect(page.get_by_text("Set category = billing in 2 rows.")).to_be_visible()
    assert set(answers(batch)) == {3, 4}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone in 2 rows.")).to_be_visible()
    assert answers(batch) == {}

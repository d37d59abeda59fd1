"""A list is set in many rows by the same editor as in one."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support import looks
from tests.integration.web.support import batch_of, queue_url

TAGS = {"name": "tags", "description": "", "type": "list", "items": {"type": "string"}, "required": True}


def test_chips_are_put_together_and_set_in_all_rows(open_page: Open) -> None:
    batch = batch_of("ann", ["succeeded"] * 3, status="completed")
    batch.set_response_fields([TAGS])
    batch.save()
    batch.rows.update(result_payload={"tags": ["early"]})
    page = open_page(queue_url(batch, "correct/?name=tags"))
    for tag in ("late", "lost"):
        page.get_by_role("textbox", name="Add to tags").fill(tag)
        page.get_by_role("textbox", name="Add to tags").press("Enter")
    expect(page.get_by_role("button", name="Remove late")).to_be_visible()
    looks.assert_flawless(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Set tags in 3 rows").click()
    expect(page.get_by_text("Set tags = ")).to_be_visible()
    assert [row.corrected_payload for row in batch.rows.all()] == [{"tags": ["late", "lost"]}] * 3

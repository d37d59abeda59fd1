"""The builder of a response schema: rows that save themselves, nested ones too, and where the keyboard goes on."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.wizard import Wizard
from tests.integration.csv_batches.wizard.drafts import address, draft, stored

FIELDS: list[dict[str, Any]] = [
    {"name": "tone", "choices": ["good", "bad"]},
    {"name": "score", "type": "integer"},
    {"name": "why"},
]


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return draft(response_fields=FIELDS)


@pytest.fixture
def page(open_page: Open, batch: CsvBatch) -> Page:
    return open_page(address(batch, "schema/"))


def saved(page: Page) -> None:
    page.locator("h1").click()
    expect(page.locator("#schema-state")).to_have_text("Saved")


def names(page: Page, expected: list[str]) -> None:
    expect(page.locator(".schema-rows > .lines > .line")).to_have_count(len(expected))
    for place, name in enumerate(expected):
        row = page.locator(".schema-rows > .lines > .line").nth(place)
        expect(row.locator("input[name$=-name]").first).to_have_value(name)


def test_an_invoice_is_built_by_clicks(open_page: Open, transactional_db: None) -> None:
    batch = draft()
    page = open_page(address(batch, "schema/"))
    wizard = Wizard(page)
    wizard.add_field("vendor")
    wizard.add_field("due", "Date", required=False)
    wizard.add_field("order", "Object")
    page.get_by_role("button", name="Add field to order").click()
    page.get_by_label("Name of order.new field").fill("number")
    page.get_by_label("More about order.new field").click()
    page.get_by_label("Pattern of order.new field").fill("^[0-9]+$")
    saved(page)
    wizard.add_field("lines", "List")
    page.get_by_label("Type of lines.each item").select_option(label="Object")
    page.get_by_role("button", name="Add field to lines").click()
    page.get_by_label("Name of lines.each item.new field").fill("price")
    page.get_by_label("Type of lines.each item.new field").select_option(label="Number")
    page.locator("input[name$=-minimum]").last.fill("0")
    saved(page)
    wizard.page.reload()
    wizard.field_act("lines.each item.price", "Duplicate")
    page.get_by_label("Name of lines.each item.price_2").fill("tax")
    page.get_by_label("lines.each item.price_2 may be null").check()
    saved(page)
    vendor, due, order, lines = stored(batch).response_fields
    assert (vendor["min_length"], due["type"], due["required"]) == (1, "date", False)
    assert [(one["name"], one["pattern"]) for one in order["fields"]] == [("number", "^[0-9]+$")]
    inner = lines["items"]["fields"]
    assert [(one["name"], one["type"], one["minimum"], one["nullable"]) for one in inner] == [
        ("price", "number", 0, False),
        ("tax", "number", 0, True),
    ]
    expect(page.locator("#schema-shape")).to_contain_text('"price": 1.5')


def test_fields_are_added_with_keys_alone(page: Page, batch: CsvBatch) -> None:
    page.locator("#add-0").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f4-name")).to_be_focused()
    page.keyboard.type("urgent")
    page.keyboard.press("Enter")
    expect(page.locator("#f5-name")).to_be_focused()
    page.keyboard.type("again")
    saved(page)
    assert [field["name"] for field in stored(batch).response_fields[3:]] == ["urgent", "again"]


def test_what_is_typed_while_rows_come_is_kept(page: Page, batch: CsvBatch) -> None:
    page.route("**/schema/", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.locator("#f2-type").select_option(label="List")
    page.locator("#f3-name").fill("because")
    expect(page.locator("#f2-min_items")).to_be_visible()
    expect(page.locator("#f3-name")).to_have_value("because")
    expect(page.locator("#schema-state")).to_have_text("Saved")
    page.unroute_all(behavior="wait")
    assert stored(batch).response_fields[2]["name"] == "because"


def test_a_refused_name_keeps_its_reason_until_it_is_right(page: Page, batch: CsvBatch) -> None:
    page.get_by_label("Name of tone").fill("score")
    page.locator("h1").click()
    expect(page.locator("#f2-name-problem")).to_have_text("Another field has this name.")
    assert stored(batch).response_fields == batch.response_fields
    page.get_by_label("Name of tone").fill("mood")
    saved(page)
    expect(page.locator("#f2-name-problem")).to_be_hidden()
    assert stored(batch).response_fields[0]["name"] == "mood"


def test_a_problem_in_a_fold_opens_it(page: Page) -> None:
    page.get_by_label("More about why").click()
    page.get_by_label("Pattern of why").fill("(a")
    page.get_by_label("More about why").click()
    expect(page.locator("#f3-pattern-problem")).to_be_visible()


def test_a_moved_field_keeps_the_focus(page: Page) -> None:
    for expected in (["tone", "why", "score"], ["why", "tone", "score"], ["why", "tone", "score"]):
        page.locator("#f3-name").press("Alt+ArrowUp")
        names(page, expected)
        expect(page.locator("#f3-name")).to_be_focused()
    expect(page.locator("#schema-said")).to_have_text("“why” is number 1 of 3.")
    page.locator("#f3-acts").press("Enter")
    page.locator("#f3").get_by_role("button", name="Move down").press("Enter")
    names(page, ["tone", "why", "score"])
    expect(page.locator("#f3-acts")).to_be_focused()


def test_a_field_is_dragged_to_another_place(page: Page, batch: CsvBatch) -> None:
    page.drag_and_drop("#f3 .grip", "#f1 .grip", target_position={"x": 10, "y": 2})
    names(page, ["why", "tone", "score"])
    expect(page.locator("#schema-said")).to_have_text("“why” is number 1 of 3.")
    assert [field["name"] for field in stored(batch).response_fields] == ["why", "tone", "score"]


def test_a_removed_field_can_be_brought_back(page: Page) -> None:
    Wizard(page).field_act("score", "Remove")
    names(page, ["tone", "why"])
    expect(page.locator("#f3-name")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    names(page, ["tone", "score", "why"])


def test_going_on_saves_what_was_just_typed(page: Page, batch: CsvBatch) -> None:
    page.locator("#f3-name").fill("last")
    page.locator("#go-next").click()
    expect(page).to_have_url(re.compile("/review/$"))
    assert stored(batch).response_fields[-1]["name"] == "last"


def test_what_was_just_typed_is_saved_before_a_link_leads_away(page: Page, batch: CsvBatch) -> None:
    page.locator("#f3-name").fill("last")
    Wizard(page).go("prompt")
    assert stored(batch).response_fields[-1]["name"] == "last"


def test_what_fields_cannot_say_is_listed_before_they_are_used(page: Page, batch: CsvBatch) -> None:
    page.get_by_text("Import from a sample answer or a JSON Schema").click()
    page.get_by_label("Sample answers").fill('{"properties": {"<b>": {}, "n": {"type": "integer", "default": 1}}}')
    page.get_by_role("button", name="Show fields").click()
    expect(page.locator("#import-found .note")).to_contain_text("<b>: This cannot be the name of a field")
    expect(page.locator("#import-found")).to_be_focused()
    names(page, ["tone", "score", "why"])
    page.get_by_role("button", name="Use these fields").click()
    names(page, ["n"])
    expect(page.locator("#add-0")).to_be_focused()


def test_allowed_values_are_chips(page: Page, batch: CsvBatch) -> None:
    values = page.get_by_role("group", name="Allowed values of tone")
    adder = values.get_by_label("Add to Allowed values of tone")
    adder.fill("odd")
    adder.press("Enter")
    expect(adder).to_be_focused()
    page.get_by_role("button", name="Remove bad").click()
    expect(values.locator(".tag")).to_have_text(["good", "odd"])
    adder.evaluate(
        """(input) => { const data = new DataTransfer(); data.setData("text", "warm; cold; odd");
        input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }"""
    )
    adder.fill("typed only")
    saved(page)
    assert stored(batch).response_fields[0]["choices"] == ["good", "odd", "warm", "cold", "typed only"]
    page.reload()
    expect(values.locator(".tag")).to_have_count(5)

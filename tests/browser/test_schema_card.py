"""The card of a response field: opened, confirmed, cancelled, and what stays in place around it."""

import re

import pytest
from playwright.sync_api import Page, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.integration.csv_batches.wizard.drafts import address, draft, stored

FIELDS = [{"name": "tone", "choices": ["good", "bad"]}, {"name": "score", "type": "integer"}, {"name": "why"}]


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    return draft(response_fields=FIELDS)


@pytest.fixture
def page(open_page: Open, batch: CsvBatch) -> Page:
    return open_page(address(batch, "schema/"))


def names(page: Page, expected: list[str]) -> None:
    expect(page.locator(".fields .what b")).to_have_text(expected)


def test_a_field_is_added_with_keys_alone(page: Page) -> None:
    page.locator("#field-add").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card-name")).to_be_focused()
    page.keyboard.type("urgent")
    page.keyboard.press("Enter")
    names(page, ["tone", "score", "why", "urgent"])
    expect(page.locator("#field-urgent-edit")).to_be_focused()
    expect(page.locator("#schema-shape")).to_contain_text('"urgent": "text"')


def test_without_a_name_it_cannot_be_confirmed_and_the_card_says_why(page: Page) -> None:
    page.locator("#field-add").click()
    expect(page.locator("#card-confirm")).to_be_disabled()
    expect(page.get_by_text("Give the field a name first.")).to_be_visible()
    page.locator("#card-name").fill("a")
    expect(page.locator("#card-confirm")).to_be_enabled()
    expect(page.get_by_text("Give the field a name first.")).to_be_hidden()


def test_a_refused_name_stays_in_the_card_with_its_reason(page: Page) -> None:
    page.locator("#field-tone-edit").click()
    page.locator("#card-name").fill("score")
    page.locator("#card-confirm").click()
    expect(page.locator("#card-name-problem")).to_have_text("Another field has this name.")
    expect(page.locator("#card-name")).to_have_value("score")
    page.locator("#card-cancel").click()
    names(page, ["tone", "score", "why"])


def test_cancel_brings_the_field_back_as_it_was(page: Page, batch: CsvBatch) -> None:
    page.locator("#field-tone-edit").click()
    page.locator("#card-name").fill("mood")
    page.locator("#card-cancel").click()
    names(page, ["tone", "score", "why"])
    expect(page.locator("#field-tone-edit")).to_be_focused()
    assert stored(batch).response_fields == batch.response_fields


def test_choices_are_asked_of_a_string_alone_and_never_hidden_with_text_in_them(page: Page) -> None:
    choices = page.locator("#card-choices")
    page.locator("#field-score-edit").click()
    expect(page.locator("#card-name")).to_be_visible()
    expect(choices).to_be_hidden()
    page.locator(".seg").get_by_text("String").click()
    choices.fill("low")
    page.locator(".seg").get_by_text("Boolean").click()
    expect(choices).to_be_visible()
    choices.fill("")
    expect(choices).to_be_hidden()
    page.locator("#card-confirm").click()
    names(page, ["tone", "score", "why"])


def test_a_moved_field_keeps_the_focus(page: Page) -> None:
    for expected in (["tone", "why", "score"], ["why", "tone", "score"], ["why", "tone", "score"]):
        page.locator("#field-why-up").focus()
        page.keyboard.press("Enter")
        names(page, expected)
        expect(page.locator("#field-why-up")).to_be_focused()
    expect(page.locator("#schema-said")).to_have_text("Field “why” is number 1 of 3.")


def test_a_field_is_dragged_to_another_place(page: Page, batch: CsvBatch) -> None:
    page.drag_and_drop("#field-why .grip", "#field-tone .what", target_position={"x": 10, "y": 2})
    names(page, ["why", "tone", "score"])
    expect(page.locator("#schema-said")).to_have_text("Field “why” is number 1 of 3.")
    assert [field["name"] for field in stored(batch).response_fields] == ["why", "tone", "score"]


def test_a_removed_field_can_be_brought_back(page: Page) -> None:
    page.locator("#field-score-remove").click()
    names(page, ["tone", "why"])
    expect(page.locator("#field-add")).to_be_focused()


def test_going_on_confirms_the_open_card(page: Page, batch: CsvBatch) -> None:
    page.locator("#field-add").click()
    page.locator("#card-name").fill("last")
    page.locator("#go-next").click()
    expect(page).to_have_url(re.compile("/review/$"))
    assert stored(batch).response_fields[-1]["name"] == "last"


def test_notes_of_an_import_are_listed(page: Page) -> None:
    page.get_by_text("Paste a JSON Schema instead").click()
    page.locator("#import-schema").fill('{"properties": {"<b>": {}, "n": {"type": "integer", "minimum": 1}}}')
    page.get_by_role("button", name="Replace the 3 fields").click()
    names(page, ["n"])
    expect(page.locator("#messages")).to_contain_text("“<b>” cannot be the name of a response field")
    expect(page.locator("#messages")).to_contain_text("minimum cannot be said")

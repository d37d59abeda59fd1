"""A draft lives on the server: reloading, leaving and coming back, another browser; Undo and Reset."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.wizard import Wizard, as_file
from tests.support.api import Api
from tests.support.worker import eventually

At = Callable[..., Wizard]


def chosen(page: Page, column: str) -> str:
    return page.get_by_role("radiogroup", name=f"Use of {column}").locator(":checked").get_attribute("value") or ""


def test_names_are_kept(at: At) -> None:
    wizard = at("upload")
    wizard.page.locator("#rename").click()
    wizard.page.locator("#id_name").fill("Week 46")
    wizard.page.get_by_role("button", name="Save names").click()
    expect(wizard.page.locator("#draft-name")).to_have_text("Week 46")
    wizard.is_at("upload")


def test_how_a_file_is_read_is_kept(at: At) -> None:
    page = at("upload").page
    page.get_by_label("Header", exact=True).select_option("No header")
    expect(page.locator("#file-facts")).to_contain_text("5 rows, 4 columns")
    page.reload()
    expect(page.get_by_label("Header", exact=True)).to_have_value("0")
    expect(page.locator("#file-facts")).to_contain_text("5 rows, 4 columns")


def test_a_mapping_is_kept_here_and_in_another_browser(at: At, open_page: Open) -> None:
    wizard = at("map")
    wizard.use("id", "Param", "ticket.number")
    expect(wizard.page.locator("#live")).to_contain_text('"number": "001"')
    wizard.page.reload()
    expect(wizard.page.get_by_label("Key of id")).to_have_value("ticket.number")
    other = open_page(wizard.page.url)
    assert chosen(other, "id") == "system_param"
    assert chosen(other, "subject") == "prompt"


def test_a_template_is_kept(at: At) -> None:
    wizard = at("prompt")
    wizard.write_template("Mail of {{ row.from }}")
    expect(wizard.page.locator("#preview-message")).to_contain_text("Mail of ada@example.org")
    wizard.page.reload()
    expect(wizard.page.get_by_label("Prompt template")).to_have_value("Mail of {{ row.from }}")


def test_a_template_typed_just_before_leaving_is_kept(at: At) -> None:
    wizard = at("prompt")
    wizard.write_template("The last words")
    wizard.next("schema")
    wizard.go("prompt")
    expect(wizard.page.get_by_label("Prompt template")).to_have_value("The last words")


def test_fields_are_kept_in_their_order(at: At) -> None:
    wizard = at("schema")
    wizard.add_field("score", "Number", required=False)
    wizard.field_act("score", "Move up")
    expect(wizard.fields.first.locator("input[name$=-name]")).to_have_value("score")
    wizard.page.reload()
    assert wizard.field_names() == ["score", "topic"]
    expect(wizard.page.get_by_label("score is required")).not_to_be_checked()


def test_settings_are_kept(at: At, api: Api, draft: str) -> None:
    page = at("review").page
    page.get_by_label("Concurrency").fill("3")
    page.get_by_text("Retries and debug").click()
    page.get_by_label("Record prompts and raw answers").check()
    page.get_by_label("Use the network’s schema instead").check()
    eventually(lambda: api.batch(draft)["schema_mode"] == "keep", what="the last change, saved")
    page.reload()
    expect(page.get_by_label("Concurrency")).to_have_value("3")
    expect(page.locator("#id_debug")).to_be_checked()
    expect(page.get_by_label("Use the network’s schema instead")).to_be_checked()
    assert api.batch(draft)["concurrency"] == 3


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_undo_takes_back_one_change_after_the_other(at: At, script: bool) -> None:
    wizard = at("map", script=script)
    page = wizard.page
    wizard.use("id", "Prompt")
    wizard.next("prompt")
    wizard.write_template("Other words")
    wizard.next("schema")
    wizard.go("prompt")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Prompt template")).to_have_value("Classify: {{ row.body }}")
    page.get_by_role("button", name="Undo").click()
    wizard.go("map")
    assert [chosen(page, column) for column in ("id", "subject")] == ["ignore", "prompt"]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_reset_asks_first_and_undo_brings_everything_back(at: At, script: bool) -> None:
    wizard = at("prompt", script=script)
    page = wizard.page
    page.locator("#draft-acts").click()
    page.get_by_role("link", name="Reset all steps").click()
    page.get_by_role("link", name="Keep everything").click()
    expect(page.get_by_label("Prompt template")).to_have_value("Classify: {{ row.body }}")
    page.locator("#draft-acts").click()
    page.get_by_role("link", name="Reset all steps").click()
    page.get_by_role("button", name="Reset all steps").click()
    expect(page.get_by_role("radiogroup", name="Use of subject").locator("[value=ignore]")).to_be_checked()
    wizard.go("prompt")
    expect(page.get_by_label("Prompt template")).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Prompt template")).to_have_value("Classify: {{ row.body }}")
    wizard.go("schema")
    assert wizard.field_names() == ["topic"]


def test_two_tabs_do_not_take_back_each_others_changes(at: At, open_page: Open) -> None:
    first = at("map")
    second = Wizard(open_page(first.page.url))
    first.use("id", "Prompt")
    expect(first.page.locator("#live .msg").first).to_contain_text("id:")
    second.use("body", "Prompt")
    expect(second.page.locator("#live .msg").first).to_contain_text("body:")
    first.page.reload()
    assert [chosen(first.page, column) for column in ("id", "body", "subject")] == ["prompt"] * 3


def test_another_file_keeps_what_columns_of_the_same_name_are_for(at: At) -> None:
    wizard = at("upload")
    wizard.upload(as_file(b"subject,from,new\na,b,c\n", "next.csv"))
    expect(wizard.page.locator("#file-facts")).to_contain_text("1 row, 3 columns")
    wizard.next("map")
    assert [chosen(wizard.page, column) for column in ("subject", "from", "new")] == [
        "prompt",
        "system_param",
        "ignore",
    ]

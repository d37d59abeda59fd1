"""A draft lives on the server: reloading, leaving and coming back, another browser; Undo and Reset."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.wizard import Wizard, as_file
from tests.support.api import Api

At = Callable[..., Wizard]


def chosen(page: Page, column: str) -> str:
    return page.get_by_role("radiogroup", name=f"Use of {column}").locator(":checked").get_attribute("value") or ""


def saved(page: Page) -> None:
    """Waits until no request is on its way that a change made."""
    page.wait_for_load_state("networkidle")


def test_names_are_kept(at: At) -> None:
    wizard = at("upload")
    wizard.page.locator("#id_name").fill("Week 46")
    expect(wizard.page.get_by_role("heading", level=1)).to_have_text("Week 46")
    wizard.page.reload()
    expect(wizard.page.locator("#id_name")).to_have_value("Week 46")


def test_how_a_file_is_read_is_kept(at: At) -> None:
    page = at("upload").page
    page.get_by_label("Header", exact=True).select_option("No header")
    expect(page.get_by_role("heading", name="5 rows, 4 columns")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Header", exact=True)).to_have_value("0")
    expect(page.get_by_role("heading", name="5 rows, 4 columns")).to_be_visible()


def test_a_mapping_is_kept_here_and_in_another_browser(at: At, open_page: Open) -> None:
    wizard = at("map")
    wizard.use("id", "Param", "ticket.number")
    expect(wizard.page.locator("#example")).to_contain_text('"number": "001"')
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
    expect(wizard.page.get_by_label("Message of each row")).to_have_value("Mail of {{ row.from }}")


def test_a_template_typed_just_before_leaving_is_kept(at: At) -> None:
    wizard = at("prompt")
    wizard.write_template("The last words")
    wizard.next("schema")
    wizard.go("prompt")
    expect(wizard.page.get_by_label("Message of each row")).to_have_value("The last words")


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
    page.get_by_label("Rows at a time").fill("3")
    page.get_by_label("Debug").check()
    page.get_by_label("Use the network’s schema instead").check()
    saved(page)
    page.reload()
    expect(page.get_by_label("Rows at a time")).to_have_value("3")
    expect(page.get_by_label("Debug")).to_be_checked()
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
    expect(page.get_by_label("Message of each row")).to_have_value("Classify: {{ row.body }}")
    page.get_by_role("button", name="Undo").click()
    wizard.go("map")
    assert [chosen(page, column) for column in ("id", "subject")] == ["ignore", "prompt"]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_reset_asks_first_and_undo_brings_everything_back(at: At, script: bool) -> None:
    wizard = at("prompt", script=script)
    page = wizard.page
    page.get_by_role("link", name="Reset").click()
    page.get_by_role("link", name="Keep everything").click()
    expect(page.get_by_label("Message of each row")).to_have_value("Classify: {{ row.body }}")
    page.get_by_role("link", name="Reset").click()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("radiogroup", name="Use of subject").locator("[value=ignore]")).to_be_checked()
    wizard.go("prompt")
    expect(page.get_by_label("Message of each row")).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Message of each row")).to_have_value("Classify: {{ row.body }}")
    wizard.go("schema")
    assert wizard.field_names() == ["topic"]


def test_two_tabs_do_not_take_back_each_others_changes(at: At, open_page: Open) -> None:
    first = at("map")
    second = Wizard(open_page(first.page.url))
    first.use("id", "Prompt")
    expect(first.page.locator("#example .msg").first).to_contain_text("id:")
    second.use("body", "Prompt")
    expect(second.page.locator("#example .msg").first).to_contain_text("body:")
    first.page.reload()
    assert [chosen(first.page, column) for column in ("id", "body", "subject")] == ["prompt"] * 3


def test_another_file_keeps_what_columns_of_the_same_name_are_for(at: At) -> None:
    wizard = at("upload")
    wizard.upload(as_file(b"subject,from,new\na,b,c\n", "next.csv"))
    expect(wizard.page.get_by_role("heading", name="1 row, 3 columns")).to_be_visible()
    wizard.next("map")
    assert [chosen(wizard.page, column) for column in ("subject", "from", "new")] == [
        "prompt",
        "system_param",
        "ignore",
    ]

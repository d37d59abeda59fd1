"""What cannot be taken is said beside what it is about, and nothing that was typed is lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from experiments.models import Network
from tests.browser.conftest import Open
from tests.browser.support.watch import Watch
from tests.browser.support.wizard import Wizard, as_file
from tests.support.api import Api

At = Callable[..., Wizard]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])


@BOTH
def test_a_file_with_a_short_row_is_refused_with_its_line_and_filled_when_asked(
    open_page: Open, plain_page: Open, script: bool
) -> None:
    wizard = Wizard((open_page if script else plain_page)("/csv-batch/new/"), script=script)
    page = wizard.page
    wizard.upload(as_file(b"a,b,c\n1,2,3\n4,5\n", "short.csv"))
    expect(page.get_by_role("heading", name="Couldn’t read short.csv: line 3")).to_be_visible()
    page.get_by_label("Rows that don’t fit").select_option("Fill short rows")
    page.get_by_role("button", name="Read again").click()
    expect(page.locator("#file-facts")).to_contain_text("2 rows, 3 columns")
    page.locator("#notes").click()
    expect(page.locator("#m-notes")).to_contain_text("Line 3:")


@BOTH
def test_what_is_no_csv_is_called_by_its_name(open_page: Open, plain_page: Open, watch: Watch, script: bool) -> None:
    watch.expect_status(400)
    wizard = Wizard((open_page if script else plain_page)("/csv-batch/new/"), script=script)
    wizard.upload(as_file(b"PK\x03\x04" + b"\0" * 60, "book.csv"))
    expect(wizard.page.get_by_role("alert").filter(has_text="This is a ZIP archive")).to_be_visible()
    wizard.upload(as_file(b"a,b\n1,2\n", "fine.csv"))
    expect(wizard.page.locator("#file-facts")).to_contain_text("1 row, 2 columns")


@BOTH
def test_keys_that_clash_are_said_beside_the_field(at: At, watch: Watch, script: bool) -> None:
    watch.expect_status(400)
    wizard = at("map", script=script)
    page = wizard.page
    wizard.use("id", "Param", "customer_email")
    if not script:
        page.get_by_role("button", name="Next: Define prompt").click()
    key = page.get_by_label("Key of id")
    expect(key).to_have_attribute("aria-invalid", "true")
    expect(key).to_have_accessible_description(re.compile("Not saved"))
    expect(key).to_have_value("customer_email")
    key.fill("ticket")
    if not script:
        page.get_by_role("button", name="Next: Define prompt").click()
        wizard.go("map")
    expect(page.get_by_label("Key of id")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#live")).to_contain_text('"ticket": "001"')


@BOTH
def test_an_unknown_token_is_named_with_what_there_is(at: At, script: bool) -> None:
    wizard = at("prompt", script=script)
    wizard.write_template("Hello {{ row.nobody }}")
    if not script:
        wizard.page.get_by_role("button", name="Next row").click()
    expect(wizard.page.locator("#prompt-problem")).to_contain_text("nobody")
    expect(wizard.page.locator("#prompt-problem")).to_contain_text("Did you mean row.body?")
    expect(wizard.page.get_by_label("Prompt template")).to_have_attribute("aria-invalid", "true")


@BOTH
def test_a_template_that_is_none_is_not_saved_and_not_lost(at: At, watch: Watch, script: bool) -> None:
    watch.expect_status(400)
    wizard = at("prompt", script=script)
    wizard.write_template("Hello {% if %}")
    if not script:
        wizard.page.get_by_role("button", name="Next: Response schema").click()
    expect(wizard.page.locator("#prompt-problem")).to_contain_text("isn’t saved yet")
    expect(wizard.page.get_by_label("Prompt template")).to_have_value("Hello {% if %}")


@BOTH
def test_a_field_whose_name_is_taken_is_not_saved_and_not_lost(at: At, script: bool) -> None:
    page = at("schema", script=script).page
    page.locator("#add-0").click()
    name = page.get_by_label("Name of new field")
    name.fill("topic")
    page.locator("#go-next").click()
    expect(page.locator("#f2-name-problem")).to_have_text("Another field has this name.")
    expect(page.locator("#f2-name")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#f2-name")).to_have_value("topic")
    expect(page).to_have_url(re.compile("/schema/$"))


@BOTH
def test_a_schema_that_cannot_be_read_is_refused_and_a_good_one_imported(at: At, script: bool) -> None:
    wizard = at("schema", script=script)
    page = wizard.page
    page.get_by_text("Import from a sample answer or a JSON Schema").click()
    text = page.get_by_label("Sample answers or JSON Schema")
    text.fill("{not json")
    page.get_by_role("button", name="Show fields").click()
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_value("{not json")
    text.fill('{"type": "object", "properties": {"mood": {"type": "string", "enum": ["good", "bad"]}}}')
    page.get_by_role("button", name="Show fields").click()
    page.get_by_role("button", name="Use these fields").click()
    expect(page.get_by_label("Name of mood")).to_be_visible()
    assert wizard.field_names() == ["mood"]


@BOTH
def test_a_number_of_rows_that_cannot_be_is_said_and_not_saved(at: At, watch: Watch, script: bool) -> None:
    watch.expect_status(400)
    page = at("review", script=script).page
    field = page.get_by_label("Concurrency")
    field.fill("0")
    field.press("Enter")
    expect(page.locator("#error-concurrency")).to_contain_text("not saved")
    expect(field).to_have_value("0")


def test_a_draft_that_lacks_something_cannot_start_and_says_why(open_page: Open, api: Api) -> None:
    page = open_page(f"/csv-batch/{api.draft(api.network(None))}/review/")
    expect(page.get_by_role("button", name="Start batch")).to_be_disabled()
    expect(page.get_by_role("button", name="Start batch")).to_have_accessible_description(re.compile("Upload a file"))
    page.locator("#missing li").filter(has_text="Upload a file").get_by_role("link").click()
    expect(page).to_have_url(re.compile("/upload/$"))


def test_a_field_that_cannot_be_saved_is_not_left_unasked(at: At, watch: Watch) -> None:
    page = at("schema").page
    page.get_by_label("Name of topic").fill("1")
    page.locator("h1").click()
    expect(page.locator("#f1-name-problem")).to_contain_text("begins with a letter")
    watch.answer_dialogs(accept=True)
    page.goto("/csv-batch/")
    assert len(watch.asked) == 1


def test_a_schema_that_would_replace_the_networks_own_has_to_be_confirmed(at: At, api: Api) -> None:
    theirs = {"type": "object", "properties": {"old": {"type": "string"}}, "required": ["old"]}
    network = Network.objects.get(name="net")
    api.patch(f"/networks/{network.pk}", {"additional_data": {"respond_payload_schema": theirs}})
    wizard = at("review")
    expect(wizard.page.get_by_role("list", name="Schema, line by line")).to_contain_text("old")
    start = wizard.page.get_by_role("button", name="Start batch")
    expect(start).to_be_disabled()
    expect(start).to_have_accessible_description(re.compile("Confirm that the schema of net is replaced"))
    wizard.page.locator("#missing").get_by_role("link", name="Replace the schema").click()
    expect(wizard.page.get_by_label("Replace the schema")).to_be_focused()
    wizard.page.keyboard.press("Space")
    expect(start).to_be_enabled()
    wizard.start()


def test_without_javascript_the_refusal_stands_at_the_confirmation(at: At, api: Api, watch: Watch) -> None:
    theirs = {"type": "object", "properties": {"old": {"type": "string"}}, "required": ["old"]}
    network = Network.objects.get(name="net")
    api.patch(f"/networks/{network.pk}", {"additional_data": {"respond_payload_schema": theirs}})
    wizard = at("review", script=False)
    wizard.page.get_by_role("button", name="Start batch").click()
    expect(wizard.page.locator("#error-confirm")).to_contain_text("Confirm first")
    expect(wizard.page.get_by_label("Replace the schema")).to_be_focused()
    expect(wizard.page.get_by_label("Replace the schema")).to_be_in_viewport()
    wizard.page.get_by_label("Replace the schema").check()
    wizard.start()

"""The list of batches shows each of its columns, however long the names in it are."""

import pytest
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from experiments.models import Network
from tests.browser.conftest import Open
from tests.browser.support.looks import Look, assert_flawless
from tests.integration.web.support import batch_of, user

LONG = "production-support-triage-network-of-the-customer-care-department-in-the-northern-region"
CUT = """() => { const box = document.querySelector(".grid"); return box.scrollWidth - box.clientWidth; }"""


@pytest.mark.parametrize("width", [1440, 1000])
def test_no_long_name_pushes_a_column_out(open_page: Open, width: int) -> None:
    user("chief", is_staff=True)
    batch = batch_of("ann", ["queued"] * 3, name=LONG.replace("-", " "))
    CsvBatch.objects.filter(pk=batch.pk).update(network=Network.objects.create(name=LONG))
    page = open_page("/csv-batch/", Look("list", width=width), name="chief")
    assert page.evaluate(CUT) == 0
    network = page.locator(".k-net .cut")
    assert network.get_attribute("title") == LONG
    # A narrow window has no room for it.
    assert network.is_visible() == (width > 1180)


def test_a_dialog_of_a_row_s_menu_takes_the_focus_and_gives_it_back(open_page: Open) -> None:
    batch_of("ann", ["succeeded"], status="completed", name="Week 46")
    page = open_page("/csv-batch/")
    more = page.get_by_role("button", name="Actions for Week 46")
    for entry, field in (("Rename", "Name"), ("Share", "User name")):
        more.click()
        page.get_by_role("link", name=entry).click()
        dialog = page.get_by_role("dialog", name=entry)
        expect(dialog.get_by_label(field)).to_be_visible()
        assert page.evaluate("document.querySelector('#dialog').contains(document.activeElement)")
        assert_flawless(page)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(more).to_be_focused()


def test_ticks_open_the_bar_of_acts_and_deleting_asks_once(open_page: Open) -> None:
    for number in range(3):
        batch_of("ann", ["succeeded"], status="completed", name=f"Week {number}")
    page = open_page("/csv-batch/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator(".bulk .n")).to_have_text("2 selected")
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(compare).to_have_attribute("aria-disabled", "true")
    expect(compare).to_have_attribute("title", "Select two batches of the same file to compare them.")
    page.keyboard.press("x")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete 2 batches").click()
    expect(page.locator(".l .name")).to_have_text(["Week 0"])
    expect(page.get_by_text("Deleted 2 batches.")).to_be_visible()


def test_those_that_are_ticked_are_exported_and_shared(open_page: Open) -> None:
    for number in range(2):
        batch_of("ann", ["succeeded"], status="completed", name=f"Week {number}")
    user("bob")
    page = open_page("/csv-batch/")
    page.get_by_label("Select all batches on this page").check()
    page.get_by_role("button", name="Export", exact=True).click()
    assert_flawless(page)
    page.get_by_label("Format").select_option(label="JSONL")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Week 1").click()
    assert download.value.suggested_filename.endswith(".jsonl")
    page.get_by_role("link", name="Done").click()
    page.get_by_label("Select all batches on this page").check()
    page.get_by_role("button", name="Share", exact=True).click()
    assert_flawless(page)
    page.get_by_label("User name").fill("bob")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("Shared 2 batches with bob.")).to_be_visible()

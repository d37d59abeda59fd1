"""The frame of every page: its bar, its menus, its keys."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, assert_flawless
from tests.browser.support.watch import Watch

PHONE = Look("phone", width=360, height=640)


def test_icons_come_from_the_sprite(open_page: Open) -> None:
    page = open_page("/csv-batch/")
    plus = page.locator(".top .right a .i use")
    expect(plus).to_have_attribute("href", re.compile(r"^/static/.*icons.*\.svg#i-plus$"))
    # An icon whose symbol was not found has no extent.
    assert page.evaluate("document.querySelector('.top .right a use').getBoundingClientRect().width") > 4


@EVERY_LOOK
def test_menus_and_help_are_without_a_flaw(open_page: Open, look: Look) -> None:
    page = open_page("/csv-batch/", look)
    for menu in page.locator(".top .right button").all():
        if menu.is_visible():
            menu.click()
            expect(page.locator(":popover-open")).to_have_count(1)
            assert_flawless(page)
            page.keyboard.press("Escape")


def test_the_account_menu_takes_the_focus_walks_with_arrows_and_gives_it_back(open_page: Open) -> None:
    page = open_page("/csv-batch/")
    account = page.get_by_role("button", name="Account: ann")
    account.press("Enter")
    expect(page.get_by_role("link", name="API tokens")).to_be_focused()
    for name in ("Notifications", "Change password"):
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("link", name=name)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Escape")
    expect(account).to_be_focused()


def test_the_right_of_the_bar_is_one_tab_stop(open_page: Open) -> None:
    page = open_page("/csv-batch/")
    page.get_by_role("link", name="Runs").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="New batch").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Account: ann")).to_be_focused()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('.top').contains(document.activeElement)")


def at(page: Page, address: str) -> None:
    expect(page).to_have_url(re.compile(f"{address}$"))


def test_keys_lead_to_the_sections_and_to_the_help(open_page: Open) -> None:
    page = open_page("/csv-batch/")
    page.keyboard.press("g")
    page.keyboard.press("n")
    at(page, "/networks/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("n")
    at(page, "/networks/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("n")
    at(page, "/csv-batch/new/")


def test_a_phone_has_the_sections_in_a_sheet(open_page: Open) -> None:
    page = open_page("/runs/", PHONE)
    page.get_by_role("button", name="Menu").click()
    sheet = page.locator("#nav")
    expect(sheet.get_by_role("link", name="Runs")).to_have_attribute("aria-current", "page")
    box = sheet.bounding_box()
    assert box
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 360, 640)
    sheet.get_by_role("link", name="Networks").click()
    at(page, "/networks/")


def test_a_missing_page_has_the_way_on(open_page: Open, watch: Watch) -> None:
    watch.expect_status(404)
    page = open_page("/csv-batch/00000000-0000-0000-0000-000000000000/")
    expect(page.get_by_role("heading", name="Page not found, or you don’t have access.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Batches").click()
    at(page, "/csv-batch/")

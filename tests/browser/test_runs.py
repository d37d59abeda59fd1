"""The list of runs: filtered, walked through, opened; with a mouse, with keys, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.keys import press, tab_to
from tests.integration.web.run.support import direct, of_a_row


@pytest.fixture(params=["script", "plain"])
def runs(request: pytest.FixtureRequest, open_page: Open, plain_page: Open) -> Callable[[], Page]:
    for number in range(60):
        direct("ann", f"t{number}", age_s=100 + number, status="ok" if number % 2 else "run_error")
    of_a_row("ann", "of-a-row")
    return lambda: (open_page if request.param == "script" else plain_page)("/runs/")


def test_they_are_filtered_and_opened(runs: Callable[[], Page]) -> None:
    page = runs()
    page.get_by_label("Asked by").select_option("csv_batch")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=csv_batch"))
    page.locator("tbody th a").click()
    expect(page.get_by_role("heading", name="Run on triage")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Asked by")).to_have_value("csv_batch")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("tbody tr")).to_have_count(50)


def test_one_goes_on_to_the_older_ones_within_a_filter(runs: Callable[[], Page]) -> None:
    page = runs()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(11)
    page.get_by_role("link", name="Newest").click()
    expect(page.locator("tbody tr")).to_have_count(50)


def test_with_the_keyboard(open_page: Open) -> None:
    direct("ann", "t1", status="run_error")
    direct("ann", "t2")
    page = open_page("/runs/")
    tab_to(page, "#id_status")
    page.keyboard.type("failed")
    press(page, ".run-filter button")
    expect(page.locator("tbody tr")).to_have_count(1)
    press(page, "tbody th a")
    expect(page).to_have_url(re.compile(r"/runs/t1/\?network=\d+$"))

"""Logging in and out as a person does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Open
from tests.integration.web.support import user

PASSWORD = "correct horse"


@pytest.fixture
def _ann(transactional_db: None) -> None:
    ann = user("ann")
    ann.set_password(PASSWORD)
    ann.save()


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.usefixtures("_ann")
@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_the_right_password_leads_to_where_one_wanted_to_go(
    new_context: Callable[..., BrowserContext], script: bool
) -> None:
    page = new_context(java_script_enabled=script).new_page()
    page.goto("/csv-batch/?older=2020-01-01T00:00:00Z")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, PASSWORD)
    expect(page).to_have_url("/csv-batch/?older=2020-01-01T00:00:00Z")
    expect(page.get_by_role("heading", name="Run a CSV through your agents")).to_be_visible()


@pytest.mark.usefixtures("_ann")
def test_a_wrong_password_is_said_and_the_name_kept(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context().new_page()
    page.goto("/login/")
    sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Wrong username or password.")
    expect(page.get_by_label("Username")).to_have_value("ann")


@pytest.mark.usefixtures("_ann")
def test_one_logs_in_and_out_with_the_keyboard(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context().new_page()
    page.goto("/login/")
    for text in ("ann", PASSWORD):
        while page.evaluate("document.activeElement.tagName") != "INPUT" or page.locator(":focus").input_value():
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/csv-batch/")
    page.get_by_role("button", name="Account: ann").press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/login/")


def test_a_page_whose_session_ended_leads_to_the_login(open_page: Open) -> None:
    page = open_page("/csv-batch/")
    page.context.clear_cookies()
    page.reload()
    expect(page).to_have_url("/login/?next=/csv-batch/")

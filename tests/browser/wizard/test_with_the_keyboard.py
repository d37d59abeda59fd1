"""From a file to a file with answers without a mouse: Tab, arrows, Enter and what is typed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.keys import press, tab_to, write
from tests.browser.support.wizard import HEAD, Wizard, mails
from tests.support.api import Api, from_csv
from tests.support.run_server import RunServer

pytestmark = pytest.mark.usefixtures("worker")


def upload(page: Page) -> None:
    # Asked for before the key comes: the browser has to know that somebody else than a window answers.
    with page.expect_file_chooser() as asked:
        press(page, "#file")
    asked.value.set_files(mails())
    expect(page.locator("#file-facts")).to_contain_text("4 rows, 4 columns")
    press(page, "#go-next")


def choose(page: Page, number: int, use: str) -> None:
    """Walks within the group of radio buttons until the use is chosen."""
    tab_to(page, f"[name=m-{number}]")
    for _ in range(3):
        if page.locator(":focus").get_attribute("value") == use:
            break
        page.keyboard.press("ArrowRight")
    expect(page.locator(f"[name=m-{number}]:checked")).to_have_value(use)


def map_inputs(page: Page) -> None:
    Wizard(page).is_at("map")
    choose(page, 0, "ignore")
    choose(page, 1, "system_param")
    write(page, "#k-1", "sender")
    expect(page.locator("#live")).to_contain_text('"sender": "ada@example.org"')
    choose(page, 2, "ignore")
    choose(page, 3, "ignore")
    press(page, "#go-next")


def define_prompt(page: Page) -> None:
    Wizard(page).is_at("prompt")
    write(page, "#prompt_template", "About {{ sub")
    expect(page.get_by_role("option", name="row.subject")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#preview-message")).to_contain_text("About Invoice, again")
    press(page, "#row-next")
    expect(page.locator("#preview-message")).to_contain_text("About Größe")
    press(page, "#go-next")


def build_schema(page: Page) -> None:
    Wizard(page).is_at("schema")
    press(page, "#add-0")
    expect(page.locator("#f2-name")).to_be_focused()
    page.keyboard.type("topic")
    page.keyboard.press("Tab")
    page.keyboard.type("Choice")
    write(page, "#f2 .chips-in input", "billing\nother\n")
    tab_to(page, "#f2-name", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#f3-name")).to_be_focused()
    page.keyboard.type("sure")
    page.keyboard.press("Tab")
    page.keyboard.type("Boolean")
    tab_to(page, "#f3-name", back=True)
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".lines > .line").nth(1)).to_have_id("f3")
    expect(page.locator("#f3-name")).to_be_focused()
    press(page, "#go-next")


def review_and_start(page: Page) -> None:
    Wizard(page).is_at("review")
    tab_to(page, "#id_network")
    page.keyboard.type("net")
    expect(page.locator("#start")).to_be_enabled()
    press(page, "#try")
    expect(page.locator("#trial .st.ok")).to_have_count(4)
    press(page, "#start")
    expect(page).to_have_url(re.compile("/csv-batch/[0-9a-f-]{36}/$"))


def test_from_a_file_to_its_answers(open_page: Open, api: Api, run_server: RunServer) -> None:
    api.network(run_server)
    page = open_page("/csv-batch/new/")
    upload(page)
    map_inputs(page)
    define_prompt(page)
    build_schema(page)
    review_and_start(page)
    expect(page.locator("#state .st")).to_have_text("Completed")
    page.locator("#act-export-menu").press("Enter")
    with page.expect_download() as started:
        page.locator("#export-csv").press("Enter")
    lines = from_csv(started.value.path().read_bytes())
    assert lines[0][:7] == [*HEAD, "answer", "sure", "topic"]
    assert len(lines) == 5
    assert {line[5] for line in lines[1:]} <= {"true", "false"}
    assert {call["body"]["system_params"]["sender"] for call in run_server.ledger()} >= {"bo@example.org"}

"""A whole experiment by hand: a data set, settings, real runs, the score, another scoring, two side by side."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from experiments.models import Network
from tests.browser.conftest import Open
from tests.browser.experiment_kind import support
from tests.browser.support.keys import press, tab_to, write
from tests.support.run_server import RunServer
from tests.support.worker import Worker

CONTENT = "run_input,expected,label\nsay yes,YES,x\nsay no,no,x\nfail,no,y\n"
ANSWERS = [
    {"match": "say yes", "attempts": [{"do": "ok", "payload": {"answer": "yes"}}], "repeat": True},
    {
        "match": "say no",
        "attempts": [{"do": "ok", "payload": {"answer": "never"}}, {"do": "ok", "payload": {"answer": "no"}}],
    },
    {"match": "fail", "attempts": [{"do": "status", "status": 422}], "repeat": True},
]


@pytest.fixture
def network(run_server: RunServer) -> Network:
    """Answers one item right, one wrong and one not at all; asked once more, the second one right."""
    run_server.script(rules=ANSWERS)
    return Network.objects.create(name="judge", run_url=run_server.url, timeout_s=10)


def test_with_the_mouse(open_page: Open, network: Network, worker: Worker, tmp_path: Path) -> None:
    page = open_page("/experiments/")
    page.get_by_role("link", name="New experiment").first.click()
    page.get_by_label(re.compile("^CSV.* file$")).set_input_files(support.file(tmp_path, CONTENT))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mails")
    expect(page.get_by_role("table", name="Columns and what they are for")).to_contain_text("expected answer")
    page.get_by_label("Network", exact=True).select_option("judge")
    page.get_by_role("button", name="Start experiment").click()
    finished(page)
    expect(page.locator("#score")).to_contain_text("1 of 3")
    page.get_by_role("navigation", name="Filter rows").get_by_role("link", name="Wrong").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("link", name="Row 1", exact=True).click()
    expect(page.get_by_role("complementary", name="Row")).to_contain_text("[added: never]")
    page.get_by_role("link", name="Change scoring").click()
    page.get_by_label("An answer is right when").select_option("contains")
    page.get_by_role("button", name="Score in this way").click()
    expect(page.locator("#score")).to_contain_text("Contains")
    again(page)
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_role("button", name="Compare").click()
    items = page.get_by_role("table", name="Items side by side, changes first").locator("tbody tr")
    expect(items.first).to_contain_text("Right → wrong")


def again(page: Page) -> None:
    """The same once more, as a duplicate, which answers the second item right."""
    page.locator("#act-more").click()
    page.locator("#act-duplicate").click()
    page.get_by_role("button", name="Start experiment").click()
    finished(page)
    expect(page.locator("#score")).to_contain_text("2 of 3")


def finished(page: Page) -> None:
    expect(page.locator("#state .st")).to_contain_text("Completed")


def test_with_the_keyboard(open_page: Open, network: Network, worker: Worker) -> None:
    page = open_page("/experiments/new/")
    write(page, "#id_user_message", "say yes")
    write(page, "#id_expected", "yes")
    write(page, "#id_iterations", "2")
    press(page, "#add-item")
    expect(page.get_by_role("heading", level=1)).to_have_text("Experiment")
    tab_to(page, "#id_network")
    page.keyboard.type("judge")
    press(page, "#start")
    finished(page)
    expect(page.locator("#score")).to_contain_text("2 of 2")
    expect(page.locator("#score")).to_contain_text("Agreement of iterations")
    press(page, "#change-scoring")
    expect(page.get_by_role("heading", name="Scoring of Experiment")).to_be_visible()
    tab_to(page, "#id_rule")
    page.keyboard.type("Exact")
    press(page, "#save-scoring")
    expect(page.locator("#score")).to_contain_text("Exact text")


def test_without_javascript(plain_page: Open, network: Network, worker: Worker, tmp_path: Path) -> None:
    page = plain_page("/experiments/new/")
    page.get_by_label(re.compile("^CSV.* file$")).set_input_files(support.file(tmp_path, CONTENT))
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Network", exact=True).select_option("judge")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    page.get_by_role("button", name="Start experiment").click()
    reload_until(page, lambda: page.locator("#state .st").inner_text().startswith("Completed"))
    page.get_by_role("link", name="1 wrong").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("link", name="Row 1", exact=True).click()
    expect(page.get_by_role("heading", name="Expected and answered")).to_be_visible()
    page.get_by_role("link", name="Change scoring").click()
    page.get_by_label("An answer is right when").select_option("exact")
    page.get_by_role("button", name="Score in this way").click()
    expect(page.locator("#score")).to_contain_text("0 of 3")
    page.locator("#act-more").click()
    page.locator("#act-duplicate").click()
    expect(page).to_have_url(re.compile("/set-up/$"))


def reload_until(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(120):
        if condition():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"Not even after many reloads: {page.locator('#state').inner_text()}")


def test_an_item_is_added_by_hand(open_page: Open) -> None:
    made = support.draft()
    page = open_page(f"/experiments/{made.pk}/set-up/")
    expect(page.get_by_text("20 items, run 25 times in all")).to_be_visible()
    page.locator("#more-item > summary").click()
    page.get_by_label("Message").fill("One more")
    page.get_by_role("button", name="Add the item").click()
    expect(page.get_by_text("21 items, run 26 times in all")).to_be_visible()

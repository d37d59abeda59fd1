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
from tests.support import datasets
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
    page.locator("#id_file").set_input_files(support.file(tmp_path, CONTENT))
    expect(page.locator("#draft-name")).to_have_text("mails")
    used = page.get_by_role("radiogroup", name="Use of expected")
    expect(used.get_by_role("radio", name="Expected")).to_be_checked()
    page.get_by_role("button", name="Next: Define prompt").click()
    expect(page.locator("#preview-message")).to_have_text("say yes")
    page.get_by_role("button", name="Next: Response schema").click()
    page.get_by_role("button", name="Next: Review").click()
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
    press(page, "#by-hand")
    write(page, "#id_user_message", "say yes")
    write(page, "#id_expected", "yes")
    write(page, "#id_iterations", "2")
    press(page, "#add-item")
    expect(page.get_by_role("heading", level=1)).to_have_text("Map columns")
    for step in ("Define prompt", "Response schema"):
        press(page, "#go-next")
        expect(page.get_by_role("heading", level=1)).to_have_text(step)
    press(page, "#save-fields")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")
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
    page.locator("#id_file").set_input_files(support.file(tmp_path, CONTENT))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Next: Define prompt").click()
    page.get_by_role("button", name="Next: Response schema").click()
    page.get_by_role("button", name="Next: Review").click()
    page.get_by_label("Network", exact=True).select_option("judge")
    page.locator("#save-settings").click()
    expect(page.get_by_text("Settings saved.")).to_be_visible()
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
    page = open_page(f"/experiments/{made.pk}/set-up/file/")
    expect(page.locator(".facts1")).to_contain_text("20 items, run 25 times in all")
    page.get_by_role("button", name="Add item").click()
    page.get_by_label("Message").fill("One more")
    page.get_by_role("button", name="Add the item").click()
    expect(page.locator(".facts1")).to_contain_text("21 items, run 26 times in all")


def test_columns_are_mapped_together_and_the_prompt_is_colored_and_saved(open_page: Open) -> None:
    made = datasets.with_items("run_input,topic,mood\nWhere is it?,delivery,bad\n")
    page = open_page(f"/experiments/{made.pk}/set-up/map/")
    for name in ("topic", "mood"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_role("button", name="Include in prompt").click()
    expect(page.locator("#live .msg").first).to_contain_text("topic: delivery")
    page.get_by_role("radiogroup", name="Use of topic").get_by_text("Expected").click()
    expect(page.locator("#live .msg").first).not_to_contain_text("topic: delivery")
    page.get_by_role("button", name="Next: Define prompt").click()
    page.get_by_label("Prompt template").fill("Sort {{ row.run_inputs }}")
    expect(page.locator("#prompt-paint .err-t")).to_have_text("{{ row.run_inputs }}")
    page.get_by_role("button", name="Replace").click()
    expect(page.locator("#preview-message")).to_contain_text("Sort Where is it?")
    made.refresh_from_db()
    assert made.prompt_template == "Sort {{ row.run_input }}"
    assert [column["role"] for column in made.columns] == ["message", "expected", "message"]

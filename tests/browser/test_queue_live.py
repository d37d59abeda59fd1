"""A batch that runs, with a real worker: news come by themselves, and buttons do what they say."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

pytestmark = pytest.mark.usefixtures("worker")
REFUSED = {"do": "status", "status": 422, "json": {"detail": "There is no such order."}}


def started(api: Api, server: RunServer, count: int, **values: object) -> str:
    batch = api.ready(api.network(server), numbered(count), **{"concurrency": 4, **values})
    api.run(batch)
    return batch


def state(page: Page) -> str:
    return page.locator("#state .st").inner_text()


def test_answers_appear_by_themselves_and_the_asking_ends_with_the_batch(
    open_page: Open, api: Api, run_server: RunServer
) -> None:
    run_server.hold("row 1[0-9]$")
    page = open_page(f"/csv-batch/{started(api, run_server, 20)}/")
    expect(page.locator("#r9 .st")).to_have_text("Succeeded")
    expect(page.locator("#r9 td.ans").first).not_to_be_empty()
    expect(page.locator("#r10 .st")).to_have_text("Running")
    expect(page.locator("#state .st")).to_have_text("Running")
    expect(page).to_have_title(re.compile("^50 % · 10 of 20 · "))
    expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute("aria-valuenow", "50")
    run_server.release()
    expect(page.locator("#state .st")).to_have_text("Completed")
    expect(page.locator("#r19 .st")).to_have_text("Succeeded")
    expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute("aria-valuenow", "100")
    expect(page).to_have_title(re.compile("^Completed · "))
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_visible()
    expect(page.locator("[hx-trigger*=every]")).to_have_count(0)


def test_news_disturb_neither_the_open_row_nor_what_is_typed(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.hold("row [5-9]$")
    page = open_page(f"/csv-batch/{started(api, run_server, 10)}/")
    expect(page.locator("#r4 .st")).to_have_text("Succeeded")
    page.get_by_role("link", name="Row 4", exact=True).click()
    page.get_by_role("link", name="Trace").click()
    page.locator(".steps summary").first.click()
    page.get_by_role("searchbox").fill("half a wo")
    run_server.release()
    expect(page.locator("#state .st")).to_have_text("Completed")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("half a wo")
    expect(page.locator("#detail-title")).to_have_text("Row 4")
    expect(page.locator(".steps details").first).to_have_attribute("open", "")


def test_the_pane_of_a_running_row_becomes_that_of_its_answer(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.hold()
    page = open_page(f"/csv-batch/{started(api, run_server, 1)}/row/0/")
    expect(page.locator("#detail .st").first).to_have_text("Running")
    run_server.release()
    expect(page.locator("#detail .st").first).to_have_text("Succeeded")
    page.get_by_role("link", name="Trace").click()
    expect(page.locator("#detail .steps > li")).to_have_count(1)


def test_a_batch_is_paused_resumed_and_cancelled(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.hold()
    page = open_page(f"/csv-batch/{started(api, run_server, 12)}/")
    expect(page.locator("#r3 .st")).to_have_text("Running")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#facts")).to_contain_text("Nothing is lost: resume when you like.")
    run_server.release()
    expect(page.locator("#r3 .st")).to_have_text("Succeeded")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#state .st")).to_have_text("Completed")


def test_a_cancelled_batch_is_gone_on_with(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.hold()
    page = open_page(f"/csv-batch/{started(api, run_server, 6, concurrency=1)}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#state .st")).to_have_text("Canceled")
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_visible()
    run_server.release()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#state .st")).to_have_text("Completed")


def test_a_failed_row_says_why_and_is_tried_again(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.script(rules=[{"match": "row [24]$", "attempts": [REFUSED]}])
    page = open_page(f"/csv-batch/{started(api, run_server, 6)}/")
    expect(page.locator("#state .st")).to_have_text("Completed with failures")
    expect(page.locator("#r2 td.why")).to_contain_text("There is no such order.")
    expect(page.locator("#facts")).to_contain_text("2 rows failed")
    page.get_by_role("button", name="Retry row 2").click()
    expect(page.locator("#r2 .st")).to_have_text("Succeeded")
    expect(page.locator("#r4 .st")).to_have_text("Failed")
    page.get_by_role("button", name="Retry 1 failed").click()
    expect(page.locator("#r4 .st")).to_have_text("Succeeded")
    expect(page.locator("#facts")).to_contain_text("All rows succeeded.")


def test_only_the_rows_of_one_error_code_are_tried_again(open_page: Open, api: Api, run_server: RunServer) -> None:
    wrong = {"payload": {"topic": 7}}
    run_server.script(
        rules=[{"match": "row 1$", "attempts": [REFUSED]}, {"match": "row 2$", "attempts": [wrong], "repeat": True}]
    )
    page = open_page(f"/csv-batch/{started(api, run_server, 4)}/")
    expect(page.locator("#state .st")).to_have_text("Completed with failures")
    page.get_by_role("button", name="Retry by reason").click()
    page.get_by_role("button", name="Rejected by the network").click()
    expect(page.locator("#r1 .st")).to_have_text("Succeeded")
    expect(page.locator("#r2 .st")).to_have_text("Failed")


def test_a_succeeded_row_is_run_again_from_its_pane(open_page: Open, api: Api, run_server: RunServer) -> None:
    batch = started(api, run_server, 2)
    api.wait(batch)
    page = open_page(f"/csv-batch/{batch}/row/1/")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator("#detail .st").first).to_have_text("Succeeded")
    page.get_by_role("link", name="Message").click()
    expect(page.locator("#detail .attempts li")).to_have_count(2)


def test_a_pause_by_the_system_says_why(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.always({"do": "status", "status": 401, "json": {"detail": "Bad token."}})
    page = open_page(f"/csv-batch/{started(api, run_server, 12)}/")
    expect(page.locator("#state .st")).to_have_text("Paused by the system")
    expect(page.locator("#banner")).to_contain_text("Bad token. Check the network's token, then resume.")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_the_list_follows_what_runs(open_page: Open, api: Api, run_server: RunServer) -> None:
    run_server.hold("row [5-9]$")
    started(api, run_server, 10)
    page = open_page("/csv-batch/")
    line = page.get_by_role("row", name="batch")
    expect(line.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    run_server.release()
    expect(line.locator(".st")).to_have_text("Completed")
    expect(line.get_by_role("progressbar")).to_have_count(0)

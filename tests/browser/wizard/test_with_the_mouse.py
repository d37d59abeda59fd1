"""From a file to a file with answers, with the mouse; the same with JavaScript switched off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.wizard import HEAD, MAILS, TEMPLATE, Wizard, mails
from tests.support.api import Api, from_csv
from tests.support.run_server import RunServer
from tests.support.worker import eventually

pytestmark = pytest.mark.usefixtures("worker")
FIELDS = ["answer", "topic", "score"]
"""The first one is there from the beginning."""


def set_up(wizard: Wizard) -> None:
    """Steps one to four."""
    wizard.upload(mails())
    wizard.is_at("upload")
    expect(wizard.page.locator("#file-facts")).to_contain_text("4 rows, 4 columns")
    wizard.next("map")
    wizard.use("id", "Ignore")
    wizard.use("from", "Param", "customer_email.from")
    wizard.use("subject", "Ignore")
    wizard.use("body", "Ignore")
    wizard.next("prompt")
    wizard.write_template(TEMPLATE)
    wizard.next("schema")
    wizard.add_field("topic", choices=["billing", "other"])
    wizard.add_field("score", "Integer")
    wizard.next("review")


def export(page: Page) -> list[list[str]]:
    page.locator("#act-export-menu").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV", exact=True).click()
    return from_csv(started.value.path().read_bytes())


def look_until(page: Page, words: str) -> None:
    """Asks again for what the page does not bring by itself."""

    def is_there() -> bool:
        if page.get_by_text(words).count():
            return True
        page.get_by_role("link", name="Look again").click()
        return False

    eventually(is_there, what=words)


def assert_answered(lines: list[list[str]], server: RunServer) -> None:
    assert lines[0][:7] == [*HEAD, *FIELDS]
    assert [tuple(line[:4]) for line in lines[1:]] == list(MAILS)
    assert all(line[5] in ("billing", "other") and line[6].isdecimal() for line in lines[1:])
    sent = server.ledger()[-1]["body"]
    assert sent["user_message"] in {f"Classify: {subject} / {body}" for _, _, subject, body in MAILS}
    assert sent["system_params"]["customer_email"]["from"].endswith("@example.org")
    assert set(sent["respond_payload_schema"]["properties"]) == set(FIELDS)


def test_from_a_file_to_its_answers(open_page: Open, api: Api, run_server: RunServer) -> None:
    api.network(run_server)
    page = open_page("/csv-batch/new/")
    wizard = Wizard(page)
    set_up(wizard)
    # The only network is chosen already.
    expect(page.get_by_label("Network", exact=True).locator(":checked")).to_have_text("net")
    page.get_by_role("button", name="Try 3 rows").click()
    expect(page.locator("#trial .st.ok")).to_have_count(4)
    expect(page.locator("#estimate")).to_contain_text("Time of all 4 rows")
    wizard.start()
    expect(page.locator("#state .st")).to_have_text("Completed")
    assert_answered(export(page), run_server)
    assert len(run_server.ledger()) == 3 + 4


def test_from_a_file_to_its_answers_without_javascript(plain_page: Open, api: Api, run_server: RunServer) -> None:
    api.network(run_server)
    page = plain_page("/csv-batch/new/")
    wizard = Wizard(page, script=False)
    set_up(wizard)
    wizard.choose_network("net")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Try 3 rows").click()
    wizard.is_at("review")
    look_until(page, "Time of all 4 rows")
    wizard.start()
    api.wait(page.url.partition("/csv-batch/")[2][:36])
    page.reload()
    expect(page.locator("#state .st")).to_have_text("Completed")
    assert_answered(export(page), run_server)


def test_the_wizard_begins_at_the_list(open_page: Open) -> None:
    page = open_page("/csv-batch/")
    page.get_by_role("link", name="New batch").first.click()
    expect(page).to_have_url("/csv-batch/new/")
    expect(page.get_by_text("Choose a file", exact=True)).to_be_visible()

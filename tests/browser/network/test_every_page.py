"""Each page of networks and runs in each state: nothing for axe to say, nothing to scroll sideways for."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.network import states
from tests.browser.support import looks
from tests.browser.support.looks import EVERY_LOOK, Look
from tests.integration.web.network.support import network_of


@EVERY_LOOK
def test_every_page_in_every_state_is_without_a_flaw(open_page: Open, look: Look) -> None:
    addresses = states.pages()
    page = open_page("/networks/", look)
    looks.assert_all_flawless(page, addresses)


@EVERY_LOOK
def test_a_refused_editor_is_without_a_flaw(open_page: Open, look: Look) -> None:
    page = open_page(f"/networks/{network_of().pk}/edit/", look)
    refuse(page)
    looks.assert_flawless(page)


def test_a_refusal_names_the_fields_in_the_order_of_the_page(open_page: Open) -> None:
    network = network_of()
    page = open_page(f"/networks/{network.pk}/edit/")
    refuse(page)
    expect(page.locator("#refused")).to_contain_text("Run URL, Key of Sorter, Response schema.")


def test_empty_lists_are_without_a_flaw(open_page: Open) -> None:
    page = open_page("/networks/", name="newcomer")
    looks.assert_flawless(page)
    page.goto("/runs/")
    looks.assert_flawless(page)


def refuse(page: Page) -> None:
    page.get_by_label("A remote runtime").check()
    page.locator("#id-agent-1-key").fill("")
    page.get_by_label("JSON Schema of an answer").fill("{")
    page.locator("#save").click()
    expect(page.locator("#error-schema")).to_be_visible()

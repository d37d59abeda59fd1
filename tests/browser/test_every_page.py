"""Each page in each state: nothing for axe to say, and nothing to scroll sideways for, however it is looked at."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.browser.conftest import Open
from tests.browser.support import looks, states
from tests.browser.support.looks import EVERY_LOOK, Look
from tests.browser.support.watch import Watch


@EVERY_LOOK
def test_every_page_in_every_state_is_without_a_flaw(open_page: Open, look: Look) -> None:
    addresses = states.pages()
    page = open_page("/csv-batch/", look)
    looks.assert_all_flawless(page, addresses)


@EVERY_LOOK
def test_login_and_error_pages_are_without_a_flaw(
    new_context: Callable[..., BrowserContext], watch: Watch, look: Look
) -> None:
    watch.expect_status(404)
    page = new_context(look).new_page()
    for address in ("/login/", "/nothing/here/"):
        page.goto(address)
        looks.assert_flawless(page)


def test_a_list_without_batches_is_without_a_flaw(open_page: Open) -> None:
    page = open_page("/csv-batch/", name="newcomer")
    looks.assert_flawless(page)

"""The comparison of two batches: without a flaw however it is looked at, by keys, and without JavaScript."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support import looks
from tests.browser.support.looks import EVERY_LOOK, Look
from tests.integration.comparison.support import two_batches


def addresses() -> dict[str, str]:
    a, b = two_batches([{}, {}, {}, None, {}], [{"category": "account", "score": 3}, {"tags": []}, {}, None, None])
    both = f"?a={a.pk}&b={b.pk}"
    return {
        "what changed": f"/csv-batch/differences/{both}",
        "a field": f"/csv-batch/differences/{both}&field=category&moves.score=10",
        "nothing found": f"/csv-batch/differences/{both}&search=nowhere",
        "a row": f"/csv-batch/differences/row/0/{both}",
        "a row that failed in one": f"/csv-batch/differences/row/4/{both}&view=diff",
        "the choice": f"/csv-batch/differences/?a={a.pk}",
    }


@EVERY_LOOK
def test_every_state_is_without_a_flaw(open_page: Open, look: Look) -> None:
    page = open_page("/csv-batch/", look)
    looks.assert_all_flawless(page, addresses())


def test_a_row_opens_and_closes_by_keys_and_the_focus_stays_with_it(open_page: Open) -> None:
    page = open_page(addresses()["what changed"])
    page.locator("#rows th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_be_focused()
    expect(page.locator("#detail-title")).to_have_text("Row 0")
    page.keyboard.press("j")
    expect(page.locator("#detail-title")).not_to_have_text("Row 0")
    page.keyboard.press("Escape")
    expect(page.locator("#detail-title")).to_have_count(0)


def test_without_javascript_rows_open_and_filters_are_links(plain_page: Open) -> None:
    page = plain_page(addresses()["what changed"])
    page.get_by_role("link", name="Same 1").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("link", name="Row 2").click()
    expect(page.get_by_role("heading", name="Row 2")).to_be_visible()

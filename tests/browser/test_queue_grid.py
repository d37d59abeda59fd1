"""The grid of a batch is sorted, filtered, widened and followed, and does not move while the batch runs."""

import re
from time import monotonic

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from csv_batches.models import CsvBatch
from tests.browser.conftest import Open
from tests.browser.support.looks import PHONE, Look, assert_flawless
from tests.browser.support.states import many
from tests.integration.web.support import FIELDS, batch_of, queue_url

WIDE = {"viewport": {"width": 1440, "height": 900}}
MOST_BYTES = 6_000
LEAST_POLLS = 20
SHIFTS = """() => { window.shifts = 0; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
}).observe({ type: "layout-shift" }); }"""


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    """Done, with a choice and a number in each answer."""
    choice = {**FIELDS[0], "choices": ["billing", "praise"]}
    batch = many(60, response_fields=[choice, {**FIELDS[0], "name": "score", "type": "integer"}])
    for index in range(60):
        answer = {"category": "billing" if index % 3 else "praise", "score": index}
        batch.rows.filter(row_index=index).update(result_payload=answer)
    return batch


def indexes(page: Page) -> list[str]:
    return page.locator("#rows tr").evaluate_all("(rows) => rows.map((row) => row.id)")


def test_heads_sort_and_their_menus_filter(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    page.locator("#sort-a1").click()
    page.locator("#sort-a1").click()
    expect(page.locator("#rows tr").first).to_have_attribute("id", "r59")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("score")
    page.get_by_role("button", name="Distribution of category, filter").click()
    menu = page.locator("#menu-a0")
    expect(menu).to_contain_text("20")
    menu.get_by_label(re.compile("^praise")).check()
    menu.get_by_role("button", name="Show").click()
    expect(page.locator("#rows tr")).to_have_count(20)
    assert indexes(page)[:2] == ["r57", "r54"]
    assert_flawless(page)
    page.get_by_role("link", name="Remove filter: category is praise").click()
    expect(page.locator("#rows tr")).to_have_count(50)


def test_on_a_phone_one_menu_sorts_and_filters(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch), PHONE)
    page.locator("#act-sort").click()
    page.locator("#menu-sort").get_by_role("button", name="score").click()
    menu = page.locator("#menu-a1")
    menu.get_by_label("score from").fill("50")
    menu.get_by_role("button", name="Show").click()
    expect(page.locator("#rows tr")).to_have_count(10)
    assert_flawless(page)


def test_a_column_is_drawn_wider_and_stays_so(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch))
    column = page.locator("col").nth(3)
    before = int(column.get_attribute("width") or 0)
    box = page.locator("[data-resize]").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 84, box["y"] + 20)
    with page.expect_response(re.compile("/grid/$")):
        page.mouse.up()
    assert int(column.get_attribute("width") or 0) == before + 80
    page.reload()
    assert int(column.get_attribute("width") or 0) == before + 80


def test_pinned_columns_stay_where_the_grid_scrolls(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "?col=c0&col=c1&col=c2&col=a0&col=a1"), Look("narrow", width=800))
    page.locator("#act-columns").click()
    for name in ("subject", "score"):
        page.get_by_label(f"Pin {name} to the left").press("Space")
    assert_flawless(page)
    page.locator("#act-show-columns").click()
    expect(page.locator("thead .stuck")).to_have_count(2)
    page.locator("#table").evaluate("(grid) => grid.scrollTo(500, 300)")
    for line in ("thead tr", "#r9"):
        boxes = [page.locator(f"{line} {cell}").bounding_box() for cell in (".k-st", ".s1", ".s2")]
        status, first, second = (box for box in boxes if box)
        assert (first["x"], second["x"]) == (status["x"] + status["width"], first["x"] + first["width"])
    assert_flawless(page)


def test_selected_rows_are_copied_as_spreadsheets_paste_them(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "?col=c1&col=a0&col=a1"), permissions=["clipboard-read", "clipboard-write"])
    for row in (2, 3):
        page.get_by_label(f"Select row {row}", exact=True).check()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#messages")).to_have_text("Copied 2 rows.")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines == ["subject\tcategory\tscore", "subject 2\tbilling\t2", "subject 3\tpraise\t3"]
    assert_flawless(page)


def test_recent_batches_stand_at_the_left_of_a_wide_window_until_they_are_closed(
    open_page: Open, batch: CsvBatch
) -> None:
    page = open_page(queue_url(batch), **WIDE)
    rail = page.get_by_role("complementary", name="Recent batches")
    expect(rail).to_be_visible()
    assert_flawless(page)
    rail.get_by_role("button", name="Close the list of batches").click()
    expect(rail).to_be_hidden()
    page.locator("#act-switch").click()
    expect(rail).to_be_visible()
    rail.get_by_role("button", name="Pin to the left").click()
    expect(page.locator("#act-switch")).to_be_hidden()
    expect(rail).to_be_visible()


def test_the_pencil_of_a_field_opens_the_form_at_it(open_page: Open, batch: CsvBatch) -> None:
    page = open_page(queue_url(batch, "row/3/"))
    page.locator(".fields dd").nth(1).hover()
    page.get_by_role("link", name="Correct score").click()
    expect(page.locator("#correct_answer1")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("77")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#r3 td.ans").nth(1)).to_have_text("77")


def finish(batch: CsvBatch, index: int) -> None:
    batch.rows.filter(row_index=index).update(
        status="succeeded", result_payload={"category": "x", "urgent": True}, completed_at=timezone.now()
    )
    CsvBatch.objects.filter(pk=batch.pk).update(succeeded=F("succeeded") + 1, queued=F("queued") - 1)


def test_nothing_moves_for_a_minute_of_a_running_batch_and_polls_are_small(
    open_page: Open, transactional_db: None
) -> None:
    batch = batch_of("ann", ["succeeded"] * 20 + ["queued"] * 130)
    page = open_page(queue_url(batch))
    page.wait_for_load_state("networkidle")
    page.evaluate(SHIFTS)
    polls: list[Request] = []
    page.on("requestfinished", lambda request: polls.append(request) if is_poll(request.url) else None)
    end = monotonic() + 60
    for index in range(20, 150):
        finish(batch, index)
        page.wait_for_timeout(500)
        if monotonic() > end:
            break
    sizes = [request.sizes()["responseBodySize"] for request in polls]
    assert len(sizes) >= LEAST_POLLS
    assert page.evaluate("window.shifts") < 0.01
    assert max(sizes) <= MOST_BYTES, sizes


def is_poll(address: str) -> bool:
    return "has=" in address and "results" not in address


def test_the_newest_answers_are_followed_until_somebody_scrolls(open_page: Open, transactional_db: None) -> None:
    batch = batch_of("ann", ["succeeded"] * 60 + ["queued"] * 20)
    batch.rows.filter(status="succeeded").update(completed_at=timezone.now())
    page = open_page(queue_url(batch))
    page.keyboard.press("f")
    expect(page.locator("#act-follow")).to_have_attribute("aria-pressed", "true")
    finish(batch, 60)
    expect(page.locator("#rows tr").first).to_have_attribute("id", "r60")
    page.locator("#table").evaluate("(grid) => grid.scrollTo(0, 400)")
    finish(batch, 61)
    expect(page.locator("#act-follow")).to_contain_text("1 new")
    expect(page.locator("#rows tr").first).to_have_attribute("id", "r60")
    page.locator("#act-follow").click()
    expect(page.locator("#rows tr").first).to_have_attribute("id", "r61")

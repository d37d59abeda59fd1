"""5,000 columns: each step opens and answers as it does with five."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support.looks import assert_flawless
from tests.browser.support.wizard import Wizard, as_file
from tests.support.api import Api, to_csv

COUNT = 5_000
FREEZE_S = 10
WIDE = to_csv(
    [
        [f"column {number}" for number in range(COUNT)],
        *[[f"{row}.{number}" for number in range(COUNT)] for row in range(3)],
    ]
)


@pytest.fixture
def wide(api: Api) -> str:
    batch = api.draft(api.network(None))
    api.upload(batch, WIDE)
    return batch


@pytest.fixture(autouse=True)
def _does_not_freeze() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 6 * FREEZE_S


def test_the_file_is_shown_part_by_part(open_page: Open) -> None:
    page = open_page("/csv-batch/new/")
    Wizard(page).upload(as_file(WIDE, "wide.csv"))
    expect(page.locator("#file-facts")).to_contain_text("3 rows, 5,000 columns")
    page.get_by_role("link", name="Columns after").click()
    expect(page.get_by_role("link", name="Columns before")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_one_is_found_and_all_are_set_at_once(
    open_page: Open, plain_page: Open, wide: str, api: Api, script: bool
) -> None:
    wizard = Wizard((open_page if script else plain_page)(f"/csv-batch/{wide}/map/"), script=script)
    page = wizard.page
    page.get_by_role("searchbox").fill("column 4321")
    if not script:
        page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("radiogroup")).to_have_count(1)
    wizard.use("column 4321", "Param", "the.one")
    if script:
        expect(page.locator("#live")).to_contain_text('"one": "0.4321"')
    else:
        wizard.next("prompt")
        wizard.go("map")
    page.get_by_role("searchbox").fill("")
    if not script:
        page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("radiogroup")).to_have_count(100)
    page.get_by_label("Select all 5,000 columns").check()
    page.get_by_role("button", name="Include in prompt").click()
    expect(page.locator("#to-map")).to_have_attribute("title", "5,000 of 5,000 columns used")
    page.get_by_role("link", name="More columns").click()
    expect(
        page.get_by_role("radiogroup", name="Use of column 100", exact=True).locator("[value=prompt]")
    ).to_be_checked()
    modes = {column["name"]: column["mode"] for column in api.batch(wide)["columns"]}
    assert len(modes) == COUNT
    assert set(modes.values()) == {"prompt"}


def test_every_step_opens_and_has_no_flaw(open_page: Open, wide: str) -> None:
    page = open_page("/csv-batch/")
    for step in ("upload", "map", "prompt", "schema", "review"):
        page.goto(f"/csv-batch/{wide}/{step}/")
        assert_flawless(page)


def test_a_token_is_found_among_them(open_page: Open, wide: str) -> None:
    wizard = Wizard(open_page(f"/csv-batch/{wide}/prompt/"))
    wizard.page.get_by_label("Prompt template").press_sequentially("{{ column 4999")
    wizard.page.locator("#token-options [role=option]").first.click()
    expect(wizard.page.locator("#preview-message")).to_contain_text("0.4999")

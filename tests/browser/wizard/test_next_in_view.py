"""The button that leads on is in view at every step, however long the step and however narrow the window is."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.support.looks import Look
from tests.browser.support.states import LINES
from tests.support.api import Api, to_csv

STEPS = ("upload", "map", "prompt", "schema", "review")
LOOKS = (Look("1440", 1440, 900), Look("1000", 1000, 700), Look("360", 360, 640))
IN_VIEW = """() => {
  const next = document.querySelector("#go-next, #start").getBoundingClientRect();
  return next.top >= 0 && next.bottom <= innerHeight && next.left >= 0 && next.right <= innerWidth;
}"""


@pytest.fixture
def wide(api: Api) -> str:
    """A draft of 40 columns with long texts, many fields and a long prompt."""
    batch = api.draft(api.network(None))
    api.upload(batch, to_csv([[f"column {number}" for number in range(40)], *[[LINES] * 40 for _ in range(30)]]))
    fields = [{"name": f"field {number}", "type": "string"} for number in range(30)]
    api.patch(f"/csv_batches/{batch}", {"prompt_template": LINES, "response_fields": fields})
    return batch


def is_in_view(page: Page) -> bool:
    found: bool = page.evaluate(IN_VIEW)
    return found


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
def test_next_is_in_view_at_every_step(open_page: Open, wide: str, look: Look) -> None:
    page = open_page("/csv-batch/new/", look)
    assert is_in_view(page)
    for step in STEPS:
        page.goto(f"/csv-batch/{wide}/{step}/")
        assert is_in_view(page), step
        page.evaluate("scrollTo(0, 1e6)")
        assert is_in_view(page), step


def test_all_columns_are_reached_in_one_list(open_page: Open, wide: str) -> None:
    page = open_page(f"/csv-batch/{wide}/map/")
    expect(page.get_by_role("radiogroup")).to_have_count(40)
    assert page.locator("#map-columns tbody tr").first.bounding_box()["height"] <= 37  # type: ignore[index]


def test_ticked_columns_are_set_together(open_page: Open, wide: str, api: Api) -> None:
    page = open_page(f"/csv-batch/{wide}/map/")
    page.get_by_label("Select column 3", exact=True).click()
    page.get_by_label("Select column 6", exact=True).click(modifiers=["Shift"])
    expect(page.locator("[data-ticked]")).to_have_text("4")
    page.get_by_role("button", name="Send as system param").click()
    expect(page.get_by_role("link", name="Param 4")).to_be_visible()
    keys = {one["name"]: one["key"] for one in api.batch(wide)["columns"] if one["mode"] == "system_param"}
    assert keys == {f"column {number}": f"column_{number}" for number in (3, 4, 5, 6)}

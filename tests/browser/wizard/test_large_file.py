"""A file of 200 MB: sent with its progress in sight, read by a worker, and there at the end, row for row."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.support.wizard import Wizard
from tests.support.api import Api

pytestmark = [pytest.mark.large, pytest.mark.usefixtures("worker")]
SIZE = 200 * 1024**2
CELL = "Where is my order? " * 50


@pytest.fixture
def large(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """The file and its number of rows."""
    path = tmp_path / "large.csv"
    rows = 0
    with path.open("w", newline="") as out:
        out.write("id,text\n")
        while out.tell() < SIZE:
            out.write("".join(f"{rows + number:07},{CELL}\n" for number in range(1000)))
            rows += 1000
    yield path, rows
    path.unlink()


def test_200_mb_are_sent_and_read(open_page: Open, api: Api, large: tuple[Path, int]) -> None:
    path, rows = large
    page = open_page("/csv-batch/new/")
    page.locator("#file").set_input_files(path)
    expect(page.locator("[data-sent]")).to_contain_text("MB", timeout=60_000)
    Wizard(page).is_at("upload")
    expect(page.locator("#file-facts")).to_contain_text(f"{rows:,} rows, 2 columns", timeout=100_000)
    expect(page.locator("#reading")).to_have_count(0)
    page.goto(f"{page.url.partition('/upload/')[0]}/map/?row={rows - 1}")
    Wizard(page).use("id", "Param")
    expect(page.locator("#live")).to_contain_text(f"{rows - 1:07}")

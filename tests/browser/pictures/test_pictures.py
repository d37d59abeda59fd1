"""Each page with a table as people have it, without a flaw. `PICTURES` names a folder for a picture of each; then in
every width and both schemes: `just shots`."""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Open
from tests.browser.pictures import scenes
from tests.browser.support import looks
from tests.browser.support.looks import Look
from tests.browser.support.watch import Watch

FOLDER = os.environ.get("PICTURES")
SIZES = {1440: 900, 1000: 760, 360: 740}
ALL = [Look(f"{width}-{scheme}", width, SIZES[width], scheme=scheme) for width in SIZES for scheme in ("light", "dark")]
LOOKS = ALL if FOLDER else ALL[:1]


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
def test_pages_with_forty_columns_are_without_a_flaw(open_page: Open, watch: Watch, look: Look, tmp_path: Path) -> None:
    watch.expect_status(404)
    folder = Path(FOLDER) if FOLDER else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    addresses = scenes.pages()
    page = open_page("/csv-batch/", look)
    found = []
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{look.name}.png")
        found += [f"{name}: {flaw}" for flaw in looks.flaws(page)]
    assert not found, "\n".join(found)

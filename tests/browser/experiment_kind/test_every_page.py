"""Each page of experiments in each state: nothing for axe to say, and nothing to scroll sideways for."""

from pathlib import Path

from tests.browser.conftest import Open
from tests.browser.experiment_kind import support
from tests.browser.support import looks
from tests.browser.support.looks import EVERY_LOOK, Look
from tests.browser.support.watch import Watch


@EVERY_LOOK
def test_every_page_in_every_state_is_without_a_flaw(open_page: Open, look: Look) -> None:
    addresses = support.pages()
    page = open_page("/experiments/", look)
    looks.assert_all_flawless(page, addresses)


@EVERY_LOOK
def test_a_refused_file_is_without_a_flaw(open_page: Open, watch: Watch, tmp_path: Path, look: Look) -> None:
    watch.expect_status(422)
    page = open_page("/experiments/new/", look)
    bad = support.file(tmp_path, "run_input,iterations\n" + "a,often\n" * 150)
    page.locator("#id_file").set_input_files(bad)
    page.get_by_role("heading", name="150 problems").wait_for()
    looks.assert_flawless(page)

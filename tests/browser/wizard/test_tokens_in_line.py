"""The tokens stand in lines: those of a line at one height, the lines as far apart as the tokens."""

from collections.abc import Callable

from tests.browser.support.wizard import Wizard

TOPS = """() => [...document.querySelectorAll("ul.tokens")].map(
  (list) => [...list.children].map((one) => Math.round(one.getBoundingClientRect().top)))"""


def test_tokens_of_a_line_are_at_one_height(at: Callable[..., Wizard]) -> None:
    lists = at("prompt").page.evaluate(TOPS)
    assert any(len(tops) > 1 for tops in lists)
    for tops in lists:
        # A second line begins below the first, never a little lower.
        assert all(later == tops[0] or later - tops[0] >= 20 for later in tops[1:])

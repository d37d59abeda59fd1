"""A cell of the grid shows what came: signs of HTML as text, numbers with their digits."""

import re

import pytest

from experiments.web.queue.cells import _nested, in_one_line

SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("search", ["", "script", "<", "alert(1)"])
def test_html_stays_text_with_and_without_a_search(search: str) -> None:
    for shown in (in_one_line(f"  {SCRIPT}\n{SCRIPT} ", search), _nested(f'{{"a": "{SCRIPT}"}}', search)):
        assert "<script" not in str(shown)
        assert "&lt;" in str(shown)


def test_the_marks_of_a_search_are_the_only_ones() -> None:
    assert in_one_line("a <b> B", "b") == "a &lt;<mark>b</mark>&gt; <mark>B</mark>"


@pytest.mark.parametrize("number", ["215.40", "12345678901234567.890", "-0.10"])
def test_a_number_has_the_digits_that_came(number: str) -> None:
    assert number in str(_nested(f'{{"amount": {number}}}', ""))
    assert number in str(_nested(f"[{number}]", ""))


def test_the_values_of_an_object_have_the_order_of_the_schema() -> None:
    shown = str(_nested('{"amount": 5, "number": "47", "other": true}', "", ("number", "amount")))
    assert re.sub("<[^>]*>", "", shown) == "47 · 5 · true"

"""Choices as lines, and back without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.web.schema.text_lines import choices_of, lines_of


@given(st.lists(st.text(min_size=1, max_size=8) | st.sampled_from(['"a"', '" a"', r'"\" a\""', '"', '""', "a\nb"])))
def test_any_choices_come_back(choices: list[str]) -> None:
    assert choices_of(lines_of(choices)) == choices


@given(st.lists(st.text(min_size=1, max_size=8)))
def test_they_come_back_from_a_form_too(choices: list[str]) -> None:
    assert choices_of(lines_of(choices).replace("\n", "\r\n")) == choices


def test_blank_lines_and_space_around_a_choice_do_not_count() -> None:
    assert choices_of(" good \n\n\tso so\r\nbad\n") == ["good", "so so", "bad"]


@pytest.mark.parametrize("line", ['"yes"', '"', '"half', '["a"]', "'x'"])
def test_what_needs_no_quotes_keeps_them(line: str) -> None:
    assert choices_of(line) == [line]


@pytest.mark.parametrize(("choice", "line"), [(" a", '" a"'), ("a\nb", r'"a\nb"'), ("plain", "plain")])
def test_only_what_a_line_cannot_say_is_quoted(choice: str, line: str) -> None:
    assert lines_of([choice]) == line

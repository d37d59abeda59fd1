"""The lines of the prompt columns follow the text of a template that does not place them."""

import pytest

from experiments.prompts import compile_template, render_message, uses_columns

LINES = "Name: Ann\nCity: Bonn"


def message(source: str, columns: str = LINES) -> str:
    return render_message(compile_template(source), {"Name": "Ann"}, {}, columns)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hello {{ row.Name }}", f"Hello Ann\n\n{LINES}"),
        ("Hello\n", f"Hello\n\n{LINES}"),
        ("Hello\n\n", f"Hello\n\n{LINES}"),
        ("Hello\n\n\n", f"Hello\n\n\n{LINES}"),
        ("", LINES),
        (" \n", LINES),
    ],
)
def test_the_lines_follow_after_a_blank_line(source: str, text: str) -> None:
    assert message(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [("<{{ columns }}>", f"<{LINES}>"), ("{% if columns %}{{ columns|upper }}{% endif %}", LINES.upper())],
)
def test_a_template_that_places_the_lines_gets_no_second_ones(source: str, text: str) -> None:
    assert message(source) == text


def test_without_prompt_columns_the_text_stays_as_it_is() -> None:
    assert message("Hello\n", columns="") == "Hello\n"


def test_only_the_name_columns_places_them() -> None:
    assert uses_columns(compile_template("{{ columns }}"))
    assert not uses_columns(compile_template("columns {{ row.columns }} {{ 'columns' }} {# {{ columns }} #}"))


def test_long_prompt_columns_are_sent_whole() -> None:
    lines = "Body: " + "b" * 2_000_000
    assert message("Hello", columns=lines) == f"Hello\n\n{lines}"

"""A placeholder is spelled so that the template finds the column again, whatever the column is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.prompts import compile_template
from experiments.prompts.spelling import spelled

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


def rendered(*path: str) -> str:
    scope = {"row": {path[0]: {path[1]: "cell"} if len(path) > 1 else "cell"}, "system_params": {}, "columns": ""}
    return compile_template(f"{{{{ {spelled(('row', *path))} }}}}").render(scope)


@given(NAMES)
def test_any_name_is_found(name: str) -> None:
    assert rendered(name) == "cell"


@given(NAMES, NAMES)
def test_any_nested_name_is_found(outer: str, inner: str) -> None:
    assert rendered(outer, inner) == "cell"


@pytest.mark.parametrize(
    "name", ["{{x}}", "%}", "items", "__class__", 'a"b', "a\\", "😀", "if", "true", "none", "ﬁ", "µ"]
)
def test_odd_names_are_found(name: str) -> None:
    assert rendered(name) == "cell"


def test_a_name_that_is_an_identifier_needs_no_brackets() -> None:
    assert spelled(("row", "subject")) == "row.subject"


@pytest.mark.parametrize(
    ("name", "text"), [("Order no", 'row["Order no"]'), ('a"b', r'row["a\"b"]'), ("1", 'row["1"]')]
)
def test_any_other_name_stands_in_quotes(name: str, text: str) -> None:
    assert spelled(("row", name)) == text

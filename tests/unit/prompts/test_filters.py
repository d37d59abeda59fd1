"""What each filter makes of a text."""

import pytest

from experiments.prompts import TemplateError, compile_template

ROW = {"name": " Ann ", "text": "one two three", "empty": "", "odd": '<é> "q"'}
SCOPE = {"row": ROW, "system_params": {"tags": {"a": "1", "b": "2"}}, "columns": ""}


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("row.missing|default('none')", "none"),
        ("system_params.no.such|default('none')", "none"),
        ("row.empty|default('none')", ""),
        ("row.empty|default('none', true)", "none"),
        ("row.name|lower", " ann "),
        ("row.name|upper", " ANN "),
        ("row.name|trim", "Ann"),
        ("row.name|trim|trim('A')", "nn"),
        ("row.text|replace('o', '0')", "0ne tw0 three"),
        ("row.text|replace('o', '0', 1)", "0ne two three"),
        ("row.text|replace('', '-', 2)", "-o-ne two three"),
        ("row.text|truncate(10, leeway=0)", "one..."),
        ("row.text|truncate(10, true, '…', 0)", "one two t…"),
        ("row.text|length", "13"),
        ("row|length", "4"),
        ("[row.text, row.name|trim]|join(', ')", "one two three, Ann"),
        ("system_params.tags|join", "ab"),
        ("row.odd|tojson", '"<é> \\"q\\""'),
        ("system_params|tojson", '{"tags": {"a": "1", "b": "2"}}'),
        ("[1, none, true]|tojson", "[1, null, true]"),
    ],
)
def test_a_filter_changes_a_text(expression: str, text: str) -> None:
    assert compile_template(f"{{{{ {expression} }}}}").render(SCOPE) == text


@pytest.mark.parametrize(
    "expression",
    [
        "row.missing|upper",
        "row.missing|tojson",
        "row.text|truncate(2)",
        "row.text|truncate('x')",
        "row.text|truncate(-1)",
        "row.text|replace('o')",
        "row.text|replace('o', 1)",
        "row.text|tojson(-1)",
        "row.text|join(', ', attribute='x')",
        "1|length",
    ],
)
def test_arguments_that_make_no_sense_are_an_error_of_the_row(expression: str) -> None:
    with pytest.raises(TemplateError):
        compile_template(f"{{{{ {expression} }}}}").render(SCOPE)

"""Names are looked up as items: a column may be called like a method, and nothing else is reachable."""

import pytest

from experiments.prompts import TemplateError, compile_template

NAMES = ["items", "keys", "values", "get", "__class__", "__init__", "row", "self", "loop", "copy", "_x"]


@pytest.mark.parametrize("name", NAMES)
def test_a_column_may_be_called_like_a_method(name: str) -> None:
    scope = {"row": {name: "text"}, "system_params": {name: {name: "deep"}}, "columns": ""}
    source = f"{{{{ row.{name} }}}} {{{{ row['{name}'] }}}} {{{{ system_params.{name}.{name} }}}}"
    assert compile_template(source).render(scope) == "text text deep"


@pytest.mark.parametrize("name", NAMES)
def test_a_method_that_is_no_column_is_unknown(name: str) -> None:
    scope = {"row": {"a": "text"}, "system_params": {}, "columns": ""}
    with pytest.raises(TemplateError, match=rf"row\.{name} is unknown.*available are row\.a"):
        compile_template(f"{{{{ row.{name} }}}}").render(scope)


@pytest.mark.parametrize(
    "token", ["row.a.upper", "row.a.__class__", "row.a[0]", "columns.format", "loop", "range", "dict"]
)
def test_nothing_of_a_text_or_of_python_is_reachable(token: str) -> None:
    scope = {"row": {"a": "text"}, "system_params": {}, "columns": "a: text"}
    with pytest.raises(TemplateError, match="is unknown"):
        compile_template(f"{{{{ {token} }}}}").render(scope)


def test_curly_brackets_in_a_column_name_work() -> None:
    scope = {"row": {"{{x}}": "text"}, "system_params": {}, "columns": ""}
    assert compile_template("{{ row['{{x}}'] }}").render(scope) == "text"

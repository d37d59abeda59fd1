"""Which parts of a rendered template are values of the row."""

from typing import Any

import pytest

from experiments.prompts import TemplateError, compile_template
from experiments.prompts.marks import TextPart, cut_parts, marked

SCOPE: dict[str, Any] = {"row": {"a": "x", "b": ""}, "system_params": {"m": {"k": "y"}}, "columns": "a: x"}


def parts(source: str) -> list[tuple[str, bool]]:
    return [(part.text, part.is_value) for part in marked(compile_template(source), SCOPE)]


def test_values_are_marked_and_text_is_not() -> None:
    assert parts("1 {{ row.a }}, {{ system_params.m.k }}") == [("1 ", False), ("x", True), (", ", False), ("y", True)]


def test_included_columns_are_one_value() -> None:
    assert parts("{{ columns }}") == [("a: x", True)]


def test_empty_values_leave_no_part() -> None:
    assert parts("1{{ row.b }}2") == [("12", False)]


@pytest.mark.parametrize("source", ["{{ row.a|upper }}", "{{ row }}", "{{ row.a|tojson }}", "{{ 'x' }}", "x"])
def test_what_is_made_of_a_value_or_was_in_the_template_is_not_marked(source: str) -> None:
    assert all(not is_value for _, is_value in parts(source))


@pytest.mark.parametrize(
    "source",
    [
        "{% for name in row %}{{ name }}={{ row[name] }};{% endfor %}",
        "{% if row.a == 'x' %}{{ row.a|default('z') }}{% else %}no{% endif %}",
        "{{ row }}{{ system_params|tojson }}{{ row.a|replace('x', 'xx')|truncate(9) }}",
    ],
)
def test_marks_change_nothing_of_the_text(source: str) -> None:
    template = compile_template(source)
    assert "".join(part.text for part in marked(template, SCOPE)) == template.render(SCOPE)


def test_parts_are_plain_texts() -> None:
    assert {type(part.text) for part in marked(compile_template("{{ row.a }}{{ row }}"), SCOPE)} == {str}


def test_the_meter_holds_here_too() -> None:
    scope = {**SCOPE, "row": {str(number): "x" * 100 for number in range(4000)}}
    loop = compile_template("{% for name in row %}{{ row|tojson|length }}{% endfor %}")
    with pytest.raises(TemplateError, match="takes too long"):
        marked(loop, scope)


def test_clipped_parts_have_so_many_characters_in_all() -> None:
    parts = [TextPart("ab"), TextPart("cd", True), TextPart("ef")]
    assert list(cut_parts(parts, 3)) == [TextPart("ab"), TextPart("c", True)]

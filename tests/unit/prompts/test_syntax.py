"""What a template may say, and the line that a refusal names."""

import pytest

from experiments.core.errors import Part
from experiments.prompts import TemplateError, compile_template

SCOPE = {"row": {"Name": "Ann", "Order no": "7"}, "system_params": {"mail": {"body": "hi"}}, "columns": "Name: Ann"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Dear {{ row.Name }},\n", "Dear Ann,\n"),
        ('{{ row["Order no"] }}', "7"),
        ("{{ system_params.mail.body }}", "hi"),
        ("{{ columns }}", "Name: Ann"),
        ("{% if row.Name == 'Ann' %}yes{% elif row.Name %}other{% else %}no{% endif %}", "yes"),
        ("{% if 'nn' in row.Name and not row.Name in ['Bob'] or false %}yes{% endif %}", "yes"),
        ("{{ 'Ms' if row.Name == 'Ann' else 'Mr' }}", "Ms"),
        ("{% for name in row %}{{ loop.index }} {{ name }}={{ row[name] }};{% endfor %}", "1 Name=Ann;2 Order no=7;"),
        ("{% for key in system_params.mail %}{{ key }}{% endfor %}", "body"),
        ("{# a remark #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("<b>&</b> 'quoted'", "<b>&</b> 'quoted'"),
        ("{{ system_params }}", '{"mail": {"body": "hi"}}'),
        ("{{ none }}{{ true }} {{ 1.5 }}", "true 1.5"),
        ("", ""),
    ],
)
def test_allowed_syntax_is_filled_in(source: str, text: str) -> None:
    assert compile_template(source).render(SCOPE) == text


def test_markup_in_a_cell_is_not_escaped_and_a_token_in_a_cell_is_not_filled_in() -> None:
    scope = {**SCOPE, "row": {"Name": "<b>{{ row.Name }}</b>"}}
    assert compile_template("{{ row.Name }}").render(scope) == "<b>{{ row.Name }}</b>"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\nb {{ row.Name + 1 }}", 2),
        ("{% set x = 1 %}", 1),
        ("a\n\n{{ row.Name", 3),
        ("\n{{ row.Name|reverse }}", 2),
        ("\n\n{% frob %}", 3),
    ],
)
def test_a_refusal_names_the_line(source: str, line: int) -> None:
    with pytest.raises(TemplateError, match=f"line {line} of the template") as refusal:
        compile_template(source)
    assert refusal.value.extra == {"line": line}
    assert refusal.value.part == Part(line=line)


def test_an_unknown_filter_is_named_with_those_that_there_are() -> None:
    with pytest.raises(
        TemplateError, match=r"no filter shout.*default, lower, upper, trim, replace, truncate, length, join"
    ):
        compile_template("{{ row.Name|shout }}")


def test_values_that_do_not_fit_together_are_an_error_of_the_row() -> None:
    with pytest.raises(TemplateError, match="not supported between"):
        compile_template("{% if row.Name > 3 %}x{% endif %}").render(SCOPE)

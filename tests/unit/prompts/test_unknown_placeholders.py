"""Tokens that no row has are named before anything runs, with what is available."""

import pytest

from experiments.prompts import Problem, compile_template, unknown_placeholders

SCOPE = {
    "row": {"Name": "", "Order no": ""},
    "system_params": {"customer_email": {"body": "", "subject": ""}},
    "columns": "",
}


def details(source: str) -> list[str]:
    problems = unknown_placeholders(compile_template(source), SCOPE)
    assert {problem.code for problem in problems} <= {"unknown_token"}
    return [problem.detail for problem in problems]


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("{{ row.foo }}", 'row.foo is unknown (line 1 of the template): available are row.Name, row["Order no"].'),
        (
            "\n{{ row['foo'] }}",
            'row["foo"] is unknown (line 2 of the template): available are row.Name, row["Order no"].',
        ),
        ("{{ bogus }}", "bogus is unknown (line 1 of the template): available are row, system_params, columns."),
        ("{{ bogus.x }}", "bogus.x is unknown (line 1 of the template): available are row, system_params, columns."),
        (
            "{{ Name }}",
            "Name is unknown (line 1 of the template): available are row, system_params, columns. "
            "Did you mean row.Name?",
        ),
        (
            "{{ system_params.x.y }}",
            "system_params.x.y is unknown (line 1 of the template): available are "
            "system_params.customer_email.body, system_params.customer_email.subject.",
        ),
        (
            "{{ row.Name.first }}",
            "row.Name.first is unknown (line 1 of the template): row.Name is a text and has no parts.",
        ),
    ],
)
def test_an_unknown_token_is_named_with_what_is_available(source: str, detail: str) -> None:
    assert details(source) == [detail]


@pytest.mark.parametrize(
    "source",
    [
        "{% if false %}{{ row.foo }}{% endif %}",
        "{% if row.foo == 'a' %}{% endif %}",
        "{{ row.Name|replace('a', row.foo) }}",
        "{{ row.foo|upper }}",
        "{{ row[row.foo] }}",
        "{% for x in row %}{{ row.foo }}{% endfor %}",
        "{% for x in row.foo %}{% endfor %}",
        "{% for x in row %}{{ x }}{% endfor %}{{ x }}",
        "{% for x in row %}{{ loop.cycle }}{% endfor %}",
        "{{ row.Name|default(row.foo) }}",
    ],
)
def test_an_unknown_token_is_found_wherever_it_stands(source: str) -> None:
    assert len(details(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "{{ row.Name }} {{ row['Order no'] }} {{ system_params.customer_email.body }} {{ columns }}",
        "{% for name in row %}{{ loop.last }} {{ name }} {{ row[name] }}{% else %}{{ row.Name }}{% endfor %}",
        "{{ row.foo|default('') }} {{ system_params.a.b|default('') }}",
        "no token at all",
    ],
)
def test_known_tokens_are_no_problem(source: str) -> None:
    assert details(source) == []


def test_a_token_is_named_once_in_the_order_of_the_template() -> None:
    found = details("{{ row.b }}\n{{ row.a }}\n{{ row.b }}")
    assert [detail.split()[0] for detail in found] == ["row.b", "row.a"]


def test_of_many_columns_only_some_are_listed() -> None:
    scope = {**SCOPE, "row": {f"c{number}": "" for number in range(5000)}}
    problems = unknown_placeholders(compile_template("{{ row.foo }}"), scope)
    assert isinstance(problems[0], Problem)
    assert problems[0].detail.endswith("row.c39 and 4,960 more.")

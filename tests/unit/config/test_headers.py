"""Headers are a JSON object, or a line for each; one that cannot be sent is named, and no value ever shown."""

import pytest

from tests.unit.config.conftest import read


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        ("api-key: 123", {"api-key": "123"}),
        ("api-key: 123\nX-Team:blue\n\n", {"api-key": "123", "X-Team": "blue"}),
        ('{"api-key": "123", "X-Team": "a: b"}', {"api-key": "123", "X-Team": "a: b"}),
        ("Authorization: Basic a:b==", {"Authorization": "Basic a:b=="}),
    ],
)
def test_they_are_read_in_both_forms(value: str, headers: dict[str, str]) -> None:
    assert read("headers", value) == (headers, [])


def test_nothing_is_no_header(nothing: str | None) -> None:
    assert read("headers", nothing) == ({}, [])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("api-key s3cret", "Line 1 has no colon."),
        ('{"api-key": s3cret}', "This isn’t JSON."),
        ('{"api-key": ["s3cret"]}', "The header api-key needs a value"),
        ("api-key:", "The header api-key needs a value"),
        ("api-key: s3crét", "The header api-key needs a value"),
        ("api key: s3cret", "“api key” can’t be the name of a header."),
        ("Host: s3cret", "The header Host is written by the workbench."),
        ("content-length: 5", "The header content-length is written by the workbench."),
        ("A: s3cret\na: 2", "A header is named twice."),
        ("\n".join(f"a{number}: s3cret" for number in range(21)), "These are 21 headers."),
        ("a: " + "s3cret" * 1000, "The value of the header a is too long"),
    ],
)
def test_one_that_cannot_be_sent_is_named_without_its_value(value: str, said: str) -> None:
    headers, (problem,) = read("headers", value)
    assert headers == {}
    assert problem.startswith(f"NAME can’t be used. {said}")
    assert "s3cr" not in problem

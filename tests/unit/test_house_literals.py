"""What the check of rule three finds in code, and what it passes over."""

from enum import StrEnum

import pytest

from tests.support.literals import literals, members_of


class Status(StrEnum):
    RUNNING = "running"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Code(StrEnum):
    BAD_JSON = "bad_json"
    RUNNING = "running"


MEMBERS = members_of([Status, Code])


def found(source: str) -> list[str]:
    return [literal.word for literal in literals(source, MEMBERS)]


@pytest.mark.parametrize(
    "source",
    [
        'words = ["cancelled"]',
        'print("cancelled")',
        'labels = {"cancelled": 1}',
        "def say():\n    return 'cancelled'",
    ],
)
def test_a_word_of_one_meaning_is_found_wherever_it_stands(source: str) -> None:
    assert found(source) == ["cancelled"]


def test_a_word_with_an_underscore_has_one_meaning() -> None:
    assert found('raise Wrong("no JSON", "bad_json")') == ["bad_json"]


@pytest.mark.parametrize(
    "source",
    [
        'x == "running"',
        '"running" != x',
        'x in ("waiting", "running")',
        'x not in {"running"}',
        'queues.filter(status="running")',
        'queues.filter(queue__status__in=["running"])',
        'Wrong(code="running")',
        'f(schema_mode="running" if x else None)',
        'queue.status = "running"',
        'status: str = "running"',
        '{"status": "running"}',
        'def f(status="running"): ...',
        'def f(*, mode="running"): ...',
        'match x:\n    case "running" | "other":\n        pass',
    ],
)
def test_a_word_of_many_meanings_is_found_where_it_is_a_value(source: str) -> None:
    assert found(source) == ["running"]


@pytest.mark.parametrize(
    "source", ['ENDED = ("failed", "running")', 'ENDED = ["failed", "running"]', '{"failed": 1, "running": 2}']
)
def test_words_of_many_meanings_are_found_where_all_of_a_list_are_of_one_enum(source: str) -> None:
    assert found(source) == ["failed", "running"]


def test_an_enum_may_have_a_word_of_another() -> None:
    assert found('class Group(StrEnum):\n    BAD = "bad_json"') == []


def test_a_name_is_no_value() -> None:
    assert found('path("bad", view, name="bad_json")') == []


@pytest.mark.parametrize(
    "source",
    [
        'values("running")',
        'counters = ("total", "running")',
        'x["running"]',
        '{"running": 1}',
        '{"type": "running"}',
        'f(name="running")',
        'def f(name="running"): ...',
        '"running" in form',
        'counters = ("running",)',
    ],
)
def test_a_word_of_many_meanings_is_passed_over_elsewhere(source: str) -> None:
    assert found(source) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""cancelled"""',
        'limit = 1\n"""cancelled"""',
        'f"{count} cancelled"',
        'f"cancelled"',
        "sql = \"WHERE status = 'cancelled'\"",
        "Status.CANCELLED",
        'status = "another"',
    ],
)
def test_docstrings_sentences_and_sql_are_passed_over(source: str) -> None:
    assert found(source) == []


def test_a_literal_says_its_line_and_every_member_that_it_may_be() -> None:
    (literal,) = literals('\nx == "running"', MEMBERS)
    assert str(literal) == '2: "running" is Status.RUNNING or Code.RUNNING'

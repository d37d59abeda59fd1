"""Each rule, with what it takes and what it does not."""

from typing import Any

import pytest

from experiments.experiment_kind.choices import Rule, Verdict
from experiments.experiment_kind.scoring import RULES, Judge, Scoring


def judged(expected: str, answer: Any, rule: str, **more: Any) -> bool:
    scoring = Scoring.from_json({"rule": rule, "field": "x", **more})
    verdict = Judge(scoring).verdict(expected=expected, status="succeeded", answer={"x": answer})
    assert verdict in (Verdict.RIGHT, Verdict.WRONG)
    return verdict is Verdict.RIGHT


def test_every_rule_has_a_row() -> None:
    assert list(RULES) == list(Rule)


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ("billing", "billing", True),
        ("billing", "Billing", False),
        ("billing", "billing ", False),
        ("5", 5, True),
        ("5", 5.0, True),
        ("5.0", 5, False),
        ("true", True, True),
        ("1", True, False),
        ('{"b": 1, "a": [1.0]}', {"a": [1], "b": 1}, True),
        ("[1, 2]", [2, 1], False),
        ("{not json", "{not json", True),
    ],
)
def test_exact(expected: str, answer: Any, right: bool) -> None:
    assert judged(expected, answer, "exact") is right


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ("Straße", "STRASSE", True),
        ("ﬁne", "fine", True),
        ("Yes!", " yes ", True),
        ("¿Qué tal?", "qué  tal", True),
        ("「はい」。", "はい", True),
        ("don't", "dont", True),
        ("new york", "new\u00a0\n york", True),
        ("İ", "i̇", True),
        ("café", "cafe\u0301", True),
        ("café", "cafe", False),
        ("-5", "5", False),
        ("1.5", "15", False),
        ("2024-01-05", "20240105", False),
        ("5.", "5", True),
        ("?!", ".", False),
        ("?!", "?!", True),
        ("a b", "ab", False),
    ],
)
def test_normalised(expected: str, answer: Any, right: bool) -> None:
    assert judged(expected, answer, "normalised") is right


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ("refund", "We will REFUND you.", True),
        ("new york", "in New\nYork today", True),
        ("refund", "re-fund", False),
        ("a.b", "axb", False),
        ("b", ["a", "b"], True),
    ],
)
def test_contains(expected: str, answer: Any, right: bool) -> None:
    assert judged(expected, answer, "contains") is right


@pytest.mark.parametrize(
    ("expected", "answer", "more", "right"),
    [
        ("10", 10, {}, True),
        ("10", "10.0", {}, True),
        ("10", 10.1, {}, False),
        ("10", 10.1, {"absolute": 0.1}, True),
        ("0.3", 0.1 + 0.2, {}, False),
        ("0.3", 0.1 + 0.2, {"relative": 1e-9}, True),
        ("200", 190, {"relative": 0.05}, True),
        ("200", 189.9, {"relative": 0.05}, False),
        # The tolerance is a share of what is expected, not of what was answered.
        ("100", 111, {"relative": 0.1}, False),
        ("111", 100, {"relative": 0.1}, True),
        # The larger of the two counts, not their sum.
        ("100", 115, {"absolute": 10, "relative": 0.1}, False),
        ("-5", 5, {"absolute": 1}, False),
        ("1", True, {}, False),
        ("1", "one", {"absolute": 100}, False),
        ("1", [1], {}, False),
        ("1e3", 1000, {}, True),
    ],
)
def test_numeric(expected: str, answer: Any, more: dict[str, Any], right: bool) -> None:
    assert judged(expected, answer, "numeric", **more) is right


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ('{"a": 1, "b": [1, {"c": null}]}', {"b": [1.0, {"c": None}], "a": 1}, True),
        ('{"a": 1}', {"a": 1, "b": None}, False),
        ("1", 1.0, True),
        ("1", True, False),
        ("true", True, True),
        ("true", 1, False),
        ("0", False, False),
        ('"5"', "5", True),
        # A cell cannot say whether it means the text or the number.
        ("5", "5", True),
        ("5", 5, True),
        ("null", None, True),
        ("[1, 2]", [2, 1], False),
        ('{"a": [true]}', {"a": [1]}, False),
        ("billing", "billing", True),
        ("billing", "Billing", False),
        ("9007199254740993", 9007199254740992.0, False),
    ],
)
def test_json(expected: str, answer: Any, right: bool) -> None:
    assert judged(expected, answer, "json") is right


@pytest.mark.parametrize("rule", ["exact", "normalised", "contains", "json"])
def test_an_expected_object_with_the_scored_field_is_looked_into(rule: str) -> None:
    assert judged('{"x": "yes", "y": 2}', "yes", rule)
    assert not judged('{"x": "no", "y": 2}', "yes", rule)


@pytest.mark.parametrize("expected", ["NaN", "[1e999]", "-Infinity"])
def test_numbers_that_json_does_not_have_are_texts(expected: str) -> None:
    assert judged(expected, expected, "json")
    assert judged(expected, expected, "exact")


def test_an_expected_object_without_the_scored_field_is_what_is_expected_there() -> None:
    assert judged('{"y": 2}', {"y": 2}, "json")


def test_numbers_in_an_expected_object_keep_their_type() -> None:
    assert judged('{"x": 5}', 5, "json")
    assert not judged('{"x": 5}', "5", "json")


def test_the_field_may_be_a_path() -> None:
    judge = Judge(Scoring.from_json({"rule": "exact", "field": "a.b"}))
    answers = ({"a": {"b": "x"}}, {"a.b": "x", "a": {"b": "y"}}, {"a": {"b": "y"}})
    verdicts = [judge.verdict(expected="x", status="succeeded", answer=answer) for answer in answers]
    assert verdicts == [Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG]


def test_without_a_field_the_whole_answer_counts() -> None:
    judge = Judge(Scoring.from_json({"rule": "json"}))
    assert judge.verdict(expected='{"a":1,"b":2}', status="succeeded", answer={"b": 2, "a": 1}) is Verdict.RIGHT
    assert judge.verdict(expected='{"a":1}', status="succeeded", answer={"b": 2, "a": 1}) is Verdict.WRONG


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ('["red", "blue"]', ["Blue", "red"], True),
        ("red; blue", ["blue", "red", "red"], True),
        ("red|blue", ["blue", "red"], True),
        ("red, blue", ["blue", "red"], True),
        ("Salt, pepper; vinegar", ["vinegar", "salt pepper"], True),
        ("[1, 2.0]", [2, 1.0], True),
        ("red; blue", ["blue"], False),
        ("red; blue", ["blue", "red", "green"], False),
        ("[]", [], True),
        ("red", "Red", True),
        ("red", {"red": 1}, False),
        ('[{"n": 1}, {"n": 2}]', [{"n": 2}, {"n": 1.0}], True),
    ],
)
def test_list_in_any_order(expected: str, answer: Any, right: bool) -> None:
    assert judged(expected, answer, "set") is right


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ("2026-01-31", "2026-01-31", True),
        ("2026-01-31", "2026-02-01", False),
        ("2026-01-31T10:00:00Z", "2026-01-31T11:00:00+01:00", True),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00+01:00", False),
        ("2026-01-31", "2026-01-31T23:59:00Z", True),
        ("2026-01-31 10:00", "2026-01-31T10:00:00Z", True),
        ("31.1.2026", "2026-01-31", False),
        ("2026-01-31", 20260131, False),
        ("20260131", "2026-01-31", True),
    ],
)
def test_date_or_time(expected: str, answer: Any, right: bool) -> None:
    assert judged(expected, answer, "date") is right

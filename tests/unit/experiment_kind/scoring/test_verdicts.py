"""What is neither right nor wrong."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.experiment_kind.scoring import Judge, Scoring


def verdict(expected: str, status: str, answer: dict[str, Any] | None, **scoring: Any) -> str:
    judge = Judge(Scoring.from_json({"rule": "exact", "field": "x", **scoring}))
    return str(judge.verdict(expected=expected, status=status, answer=answer))


@pytest.mark.parametrize("status", ["queued", "running"])
def test_an_item_that_has_not_ended_is_open(status: str) -> None:
    assert verdict("a", status, None) == "open"


def test_a_failed_item_has_no_answer_even_where_one_was_kept() -> None:
    assert verdict("a", "failed", {"x": "a"}) == "no_answer"


@pytest.mark.parametrize("answer", [{}, {"y": "a"}, {"x": None}])
def test_an_answer_without_the_field_is_none(answer: dict[str, Any]) -> None:
    assert verdict("a", "succeeded", answer) == "no_answer"


def test_an_empty_text_is_an_answer() -> None:
    assert verdict("a", "succeeded", {"x": ""}) == "wrong"


@pytest.mark.parametrize("status", ["queued", "succeeded", "failed"])
def test_where_nothing_is_expected_nothing_is_judged(status: str) -> None:
    assert verdict(" ", status, {"x": "a"}) == "no_expectation"


def test_with_numbers_what_is_no_number_expects_nothing() -> None:
    assert verdict("many", "succeeded", {"x": 3}, rule="numeric") == "no_expectation"
    assert verdict("nan", "succeeded", {"x": 3}, rule="numeric") == "no_expectation"
    assert verdict("1e999999", "succeeded", {"x": 3}, rule="numeric") == "no_expectation"


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"rule": "fuzzy"}, "rule"),
        ({"rule": None}, "rule"),
        ({"field": 3}, "field"),
        ({"field": "a\0"}, "field"),
        ({"field": "a\ud800"}, "field"),
        ({"absolute": "1e399"}, "absolute"),
        ({"absolute": -1}, "absolute"),
        ({"absolute": "x"}, "absolute"),
        ({"relative": True}, "relative"),
        ({"weight": 1}, None),
    ],
)
def test_a_scoring_that_cannot_be_is_refused_by_its_part(given: dict[str, Any], key: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        Scoring.from_json(given)
    error = refused.value
    assert (error.code, error.attr) == ("invalid_scoring", f"scoring.{key}" if key else "scoring")
    assert (error.part.key if error.part else None) == key


def test_a_scoring_comes_back_from_json_as_it_was() -> None:
    scoring = Scoring.from_json({"rule": "numeric", "field": "n", "absolute": "0.5", "relative": 0.01})
    assert Scoring.from_json(scoring.to_json()) == scoring

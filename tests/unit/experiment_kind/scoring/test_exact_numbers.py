"""Scores compare numbers as they are written."""

from typing import Any

import pytest

from experiments.core.json_text import parse_kept
from experiments.experiment_kind.choices import Rule, Verdict
from experiments.experiment_kind.scoring.judge import Judge
from experiments.experiment_kind.scoring.settings import Scoring
from experiments.experiment_kind.scoring.texts import canonical


def verdict(rule: Rule, expected: str, answer: str, **scoring: Any) -> Verdict:
    judge = Judge(Scoring(rule=rule, field="n", **scoring))
    return judge.verdict(expected=expected, status="succeeded", answer=parse_kept(f'{{"n": {answer}}}'))


@pytest.mark.parametrize("rule", [Rule.NUMERIC, Rule.JSON])
@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ("12345678901234567.89", "12345678901234567.89", True),
        ("12345678901234567.88", "12345678901234567.89", False),
        ("0.1", "0.10", True),
        ("0.10", "0.1", True),
        ("5", "5.00", True),
        ("1e-400", "1e-400", True),
        ("1" * 40 + ".1", "1" * 40 + ".2", False),
    ],
)
def test_numbers_are_equal_by_their_value(rule: Rule, expected: str, answer: str, right: bool) -> None:
    assert (verdict(rule, expected, answer) == Verdict.RIGHT) is right


def test_a_tolerance_counts_exactly() -> None:
    assert verdict(Rule.NUMERIC, "12345678901234567.88", "12345678901234567.89", absolute=0.01) == Verdict.RIGHT
    assert verdict(Rule.NUMERIC, "12345678901234567.87", "12345678901234567.89", absolute=0.01) == Verdict.WRONG


@pytest.mark.parametrize("texts", [("0.1", "0.10", "1e-1"), ("5", "5.0", "5.00", "5e0"), ("1e-7", "0.0000001")])
def test_equal_numbers_have_one_spelling(texts: tuple[str, ...]) -> None:
    assert len({canonical(parse_kept(text)) for text in texts}) == 1


def test_others_have_their_own() -> None:
    assert canonical(parse_kept("12345678901234567.89")) != canonical(parse_kept("12345678901234567.88"))

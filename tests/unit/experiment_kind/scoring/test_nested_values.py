"""Which value of a nested answer is scored."""

from typing import Any

import pytest

from experiments.experiment_kind.choices import Verdict
from experiments.experiment_kind.scoring import Judge, Scoring
from experiments.experiment_kind.scoring.judge import MISSING, value_at

ANSWER = {
    "vendor": {"name": "Acme", "v.a.t": "DE1"},
    "lines": [{"sku": "a", "price": {"net": 1}}, {"sku": "b"}],
    "none": [],
    "a.b": 1,
    "a": {"b": 2},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("vendor.name", "Acme"),
        ("vendor.v.a.t", "DE1"),
        ("lines.sku", ["a", "b"]),
        ("lines.price.net", [1]),
        ("none.sku", []),
        ("a.b", 1),
        ("vendor.city", MISSING),
        ("vendor.name.first", MISSING),
        ("lines.color", MISSING),
        ("nothing", MISSING),
    ],
)
def test_a_path_leads_through_objects_and_lists(path: str, value: Any) -> None:
    assert value_at(ANSWER, path) == value


def test_a_field_of_every_line_is_scored_as_a_list() -> None:
    judge = Judge(Scoring.from_json({"rule": "set", "field": "lines.sku"}))
    assert judge.verdict(expected="b; a", status="succeeded", answer=ANSWER) is Verdict.RIGHT
    whole = '{"lines": [{"sku": "b"}, {"sku": "a"}]}'
    assert judge.verdict(expected=whole, status="succeeded", answer=ANSWER) is Verdict.RIGHT
    assert judge.verdict(expected="a", status="succeeded", answer=ANSWER) is Verdict.WRONG

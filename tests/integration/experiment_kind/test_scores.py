"""Scores, verdicts and comparisons of what is stored."""

import pytest

from experiments.core.errors import Conflict
from experiments.experiment_kind.choices import Change
from experiments.experiment_kind.selectors import comparisons, scores
from experiments.experiment_kind.services import drafts, duplicates
from experiments.kinds import kind_of
from experiments.selectors import items
from tests.support import datasets

pytestmark = pytest.mark.django_db
CONTENT = "run_input,expected,label\na,yes,x\nb,no,y\nc,yes,x\nd,,y\ne,no,y\n"
ANSWERS = [{"answer": "YES"}, {"answer": "yes"}, None, {"answer": "no"}]


def test_the_score_counts_every_item() -> None:
    made = datasets.answered(datasets.with_items(CONTENT, scoring={"field": "answer"}), ANSWERS)
    found = scores.score_to_json(made)
    assert {name: found["total"][name] for name in ("right", "wrong", "no_answer", "no_expectation", "open")} == {
        "right": 1,
        "wrong": 1,
        "no_answer": 1,
        "no_expectation": 1,
        "open": 1,
    }
    assert [(label["label"], label["right"], label["scored"]) for label in found["labels"]] == [
        ("x", 1, 2),
        ("y", 0, 1),
    ]
    assert found["confusion"] == {"choices": ["no", "yes"], "others": [], "counts": [[0, 1, 0], [0, 1, 1]]}
    assert found["agreement"] is None


def test_a_change_of_the_scoring_shows_at_once() -> None:
    made = datasets.answered(datasets.with_items(CONTENT), ANSWERS)
    assert scores.score_of(made).total.right == 1
    changed = drafts.update(experiment_id=made.pk, values={"scoring": {"rule": "exact"}})
    assert scores.score_of(changed).total.right == 0


def test_also_where_what_was_counted_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "LARGE", 0)
    made = datasets.answered(datasets.with_items(CONTENT), ANSWERS)
    assert scores.score_of(made).total.right == 1
    changed = drafts.update(experiment_id=made.pk, values={"scoring": {"rule": "exact"}})
    assert scores.score_of(changed).total.right == 0
    back = drafts.update(experiment_id=made.pk, values={"scoring": {}})
    assert scores.score_of(back).total.right == 1


def test_a_person_s_correction_changes_no_score() -> None:
    made = datasets.answered(datasets.with_items(CONTENT), ANSWERS)
    made.rows.filter(row_index=1).update(corrected_payload={"answer": "no"})
    assert scores.score_of(made).total.right == 1


@pytest.mark.parametrize(
    ("verdict", "indexes"),
    [("right", [0]), ("wrong", [1]), ("no_answer", [2]), ("no_expectation", [3]), ("open", [4]), ("odd", [])],
)
def test_items_are_found_by_their_verdict(verdict: str, indexes: list[int]) -> None:
    made = datasets.answered(datasets.with_items(CONTENT), ANSWERS)
    found = scores.with_verdict(made, made.rows, verdict)
    assert list(found.in_order().values_list("row_index", flat=True)) == indexes


def test_each_item_comes_with_what_was_looked_at_and_its_verdict() -> None:
    made = datasets.answered(datasets.with_items(CONTENT, scoring={"field": "answer"}), ANSWERS)
    kind = kind_of(made)
    rows = [
        items.item_as_row(item, kind.columns(made), kind.extras(made), since=made.created_at)
        for item in items.items_of_queue(made).in_order()
    ]
    assert [(row["row_payload"]["expected"], row["answered"], row["verdict"]) for row in rows] == [
        ("yes", "YES", "right"),
        ("no", "yes", "wrong"),
        ("yes", None, "no_answer"),
        ("", "no", "no_expectation"),
        ("no", None, "open"),
    ]
    assert [row["row_payload"]["item"] for row in rows] == ["0", "1", "2", "3", "4"]


def test_without_an_expected_column_nothing_is_scored() -> None:
    made = datasets.answered(datasets.with_items("run_input\na\n"), [{"answer": "x"}])
    assert scores.score_to_json(made)["total"]["no_expectation"] == 1


def test_two_experiments_are_compared_item_by_item() -> None:
    first = datasets.with_items("run_input,expected,iterations\na,1,2\nb,2,\nc,3,\n")
    second = duplicates.duplicate(experiment=first, user=first.created_by)
    first = datasets.answered(first, [{"x": "1"}, {"x": "1"}, {"x": "no"}, {"x": "3"}])
    second = datasets.answered(second, [{"x": "1"}, {"x": "no"}, {"x": "2"}, {"x": "3"}])
    found = comparisons.compare(first, second)
    assert [(pair.item, pair.change) for pair in found.pairs] == [
        (0, Change.WORSE),
        (1, Change.BETTER),
        (2, Change.BOTH_RIGHT),
    ]
    detail = comparisons.details(first, second, found.pairs[:1])[0]
    assert (detail["message"], detail["expected"], detail["change"]) == ("a", "1", "right_to_wrong")
    assert detail["second"] == {
        "right": 1,
        "scored": 2,
        "verdict": "wrong",
        "runs": [
            {"row_index": 0, "answered": "1", "verdict": "right"},
            {"row_index": 1, "answered": "no", "verdict": "wrong"},
        ],
    }


def test_each_side_is_judged_by_its_own_scoring() -> None:
    first = datasets.with_items("run_input,expected\na,Yes\n", scoring={"rule": "exact"})
    second = duplicates.duplicate(experiment=first, user=first.created_by)
    second = drafts.update(experiment_id=second.pk, values={"scoring": {"rule": "normalised"}})
    first, second = (datasets.answered(one, [{"x": "yes"}]) for one in (first, second))
    assert comparisons.compare(first, second).pairs[0].change is Change.BETTER


def test_other_data_sets_are_not_compared() -> None:
    first, second = datasets.with_items("run_input\na\n"), datasets.with_items("run_input\nb\n")
    with pytest.raises(Conflict) as refused:
        comparisons.compare(first, second)
    assert refused.value.code == "different_datasets"


def test_what_it_can_be_compared_with_are_one_s_own_of_the_same_data_set() -> None:
    first, second = datasets.with_items("run_input\na\n"), datasets.with_items("run_input\na\n")
    datasets.with_items("run_input\nb\n")
    assert comparisons.candidates(first, first.created_by) == [second]


def test_a_list_says_how_many_answers_are_right_and_nothing_of_a_draft() -> None:
    made = datasets.answered(datasets.with_items(CONTENT, scoring={"field": "answer"}), ANSWERS)
    draft = datasets.with_items(CONTENT)
    assert kind_of(made).list_words([made, draft]) == {made.pk: "33.3% right"}

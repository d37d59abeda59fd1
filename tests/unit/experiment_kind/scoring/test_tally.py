"""What the verdicts add up to."""

from typing import Any

from experiments.experiment_kind.scoring import Judge, Run, Score, Scoring, score


def scored(*runs: tuple[Any, ...], rule: str = "normalised", choices: tuple[str, ...] = ()) -> Score:
    """Each run is (item, expected, answer, label); the answer None for a failed one, ... for one that waits."""
    made = []
    for item, expected, answer, *label in runs:
        status = "queued" if answer is ... else "failed" if answer is None else "succeeded"
        payload = {"x": answer} if status == "succeeded" else None
        made.append(Run(item, expected, label[0] if label else "", status, payload))
    return score(Judge(Scoring.from_json({"rule": rule, "field": "x"})), made, choices)


def test_totals_count_each_verdict_and_no_answer_is_not_right() -> None:
    found = scored((0, "a", "A"), (1, "a", "b"), (2, "a", None), (3, "", "x"), (4, "a", ...))
    total = found.total.to_json()
    assert {name: total[name] for name in ("right", "wrong", "no_answer", "no_expectation", "open", "scored")} == {
        "right": 1,
        "wrong": 1,
        "no_answer": 1,
        "no_expectation": 1,
        "open": 1,
        "scored": 3,
    }
    assert found.total.share == 1 / 3
    assert [str(verdict) for verdict in found.verdicts] == ["right", "wrong", "no_answer", "no_expectation", "open"]


def test_with_nothing_scored_there_is_no_share() -> None:
    assert scored((0, "", "x")).total.share is None
    assert scored((0, "", "x")).total.interval is None


def test_labels_have_tallies_of_their_own() -> None:
    found = scored((0, "a", "a", "easy"), (1, "a", "b", "hard"), (2, "a", "a", "easy"), (3, "a", "a"))
    assert {label: (tally.right, tally.scored) for label, tally in found.labels.items()} == {
        "": (1, 1),
        "easy": (2, 2),
        "hard": (0, 1),
    }


def test_without_any_label_there_is_no_table_of_labels() -> None:
    assert scored((0, "a", "a")).labels == {}


def test_confusion_has_expected_in_rows_and_answered_in_columns_with_no_answer_last() -> None:
    found = scored((0, "no", "NO"), (1, "yes", "no"), (2, "yes", "maybe"), (3, "yes", None), (4, "yes", ...))
    assert found.confusion is not None
    assert (found.confusion.choices, found.confusion.others) == (["no", "yes"], ["maybe"])
    assert found.confusion.counts == [[1, 0, 0, 0], [1, 0, 1, 1]]


def test_choices_of_the_schema_come_first_in_their_order() -> None:
    found = scored((0, "a", "a"), (1, "c", "c"), (2, "b", "b"), choices=("c", "b"))
    assert found.confusion is not None
    assert found.confusion.choices == ["c", "b", "a"]


def test_a_choice_that_a_text_and_a_number_may_both_mean_stays_on_the_diagonal() -> None:
    found = scored((0, "5", "5"), (1, "5", 5), rule="json")
    assert found.confusion is not None
    assert found.confusion.counts == [[2, 0]]


def test_many_different_answers_are_put_together() -> None:
    found = scored(*((number, "a", f"b{number}") for number in range(50)))
    assert found.confusion is not None
    assert len(found.confusion.others) == 30
    assert found.confusion.others[-1] == "21 more"
    assert [sum(row) for row in found.confusion.counts] == [50]


def test_texts_that_are_no_choices_make_no_confusion_table() -> None:
    assert scored(*((number, f"text {number}", "x") for number in range(31))).confusion is None
    assert scored((0, "long " * 30, "x")).confusion is None
    assert scored((0, "1", 1), rule="numeric").confusion is None


def test_agreement_is_the_share_of_the_most_frequent_answer() -> None:
    found = scored(
        *((0, "a", answer) for answer in ("a", "A ", "b")),
        *((1, "a", answer) for answer in ("b", "b")),
        *((2, "a", answer) for answer in ("c", None, None)),
        (3, "a", "a"),
        (4, "a", "a"),
        (4, "a", ...),
    )
    assert found.agreement is not None
    assert (found.agreement.items, found.agreement.unanimous) == (3, 1)
    assert abs(found.agreement.mean - (2 / 3 + 1 + 1 / 3) / 3) < 1e-12


def test_items_without_an_expectation_agree_too() -> None:
    found = scored((0, "", "a"), (0, "", "b"))
    assert found.agreement is not None
    assert found.agreement.mean == 0.5


def test_with_one_iteration_each_there_is_no_agreement() -> None:
    assert scored((0, "a", "a"), (1, "a", "a")).agreement is None

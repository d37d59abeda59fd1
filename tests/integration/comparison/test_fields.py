"""Field by field: numbers by how far they moved, lists as sets, null as no value, all else as JSON."""

from decimal import Decimal
from typing import Any

import pytest

from experiments.core.choices import FieldChange, RowMatch
from experiments.selectors import comparison
from experiments.selectors.comparison import Wanted
from tests.integration.comparison.support import two_batches

pytestmark = pytest.mark.django_db


def changes_of(a: dict[str, Any], b: dict[str, Any], **moves: Any) -> dict[str, FieldChange]:
    both = comparison.compared(*two_batches([a], [b]), moves)
    [line] = comparison.all_lines(both)
    named = zip(both.fields, line.letters, strict=True)
    found = {field.name: comparison.CHANGES[letter] for field, letter in named}
    return {name: change for name, change in found.items() if change is not FieldChange.EQUAL}


@pytest.mark.parametrize(
    ("a", "b", "change"),
    [
        ({}, {}, None),
        ({"category": "billing"}, {"category": "account"}, FieldChange.OTHER),
        ({"category": None}, {"category": "account"}, FieldChange.FILLED),
        ({"category": "billing"}, {"category": None}, FieldChange.EMPTIED),
        ({"score": 86}, {"score": 90}, FieldChange.HIGHER),
        ({"score": 86}, {"score": 20}, FieldChange.LOWER),
        ({"score": 86}, {"score": Decimal("86.0")}, None),
        ({"score": 86}, {"score": "86"}, FieldChange.OTHER),
        ({"tags": ["late", "refund"]}, {"tags": ["refund", "late", "late"]}, None),
        ({"tags": ["late"]}, {"tags": ["late", "refund"]}, FieldChange.MORE),
        ({"tags": ["late", "refund"]}, {"tags": []}, FieldChange.FEWER),
        ({"tags": ["late"]}, {"tags": ["refund"]}, FieldChange.OTHER),
        ({"tags": [{"n": 1, "m": 2}]}, {"tags": [{"n": 1}]}, FieldChange.OTHER),
        ({"summary": "Charged twice."}, {"summary": "charged twice."}, FieldChange.OTHER),
    ],
)
def test_values_are_compared_by_the_type_of_their_field(a: Any, b: Any, change: FieldChange | None) -> None:
    found = changes_of(a, b)
    assert list(found.values()) == ([change] if change else [])


@pytest.mark.parametrize(("score", "change"), [(95, FieldChange.NEAR), (96, FieldChange.HIGHER)])
def test_a_number_counts_from_the_threshold_on(score: int, change: FieldChange) -> None:
    assert changes_of({}, {"score": score}, score=Decimal(10)) == {"score": change}


def test_a_value_that_is_missing_is_like_null() -> None:
    a, b = two_batches([{"category": None}], [{}])
    row = b.rows.get()
    row.result_payload.pop("category")
    row.save()
    [line] = comparison.all_lines(comparison.compared(a, b, {}))
    assert set(line.letters) == {"="}


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [
        ({}, {}, RowMatch.SAME),
        ({}, {"summary": "Other words."}, RowMatch.SAME),
        ({}, {"score": 1}, RowMatch.CHANGED),
        ({}, None, RowMatch.ONLY_A),
        (None, {}, RowMatch.ONLY_B),
        (None, None, RowMatch.FAILED),
        ({}, "", RowMatch.ONLY_A),
        ("", None, RowMatch.OPEN),
        ("", "", RowMatch.OPEN),
    ],
)
def test_a_row_is_told_by_how_it_ended_in_both_and_by_the_fields_that_count(a: Any, b: Any, match: RowMatch) -> None:
    both = comparison.compared(*two_batches([a], [b]), {})
    counted = comparison.counted_fields(both)
    assert counted == {"category", "score", "tags"}
    found = comparison.summary(both, counted)
    assert {one for one, number in found.matches.items() if number} == {match}


def test_a_row_that_one_lacks_is_only_in_the_other() -> None:
    both = comparison.compared(*two_batches([{}, {}], [{}]), {})
    found = comparison.summary(both, comparison.counted_fields(both))
    assert found.matches[RowMatch.ONLY_A] == 1
    assert found.matches[RowMatch.SAME] == 1


def test_a_correction_counts_in_place_of_the_answer() -> None:
    a, b = two_batches([{}], [{"score": 1}])
    b.rows.update(corrected_payload=a.rows.get().result_payload)
    both = comparison.compared(a, b, {})
    assert comparison.summary(both, comparison.counted_fields(both)).matches[RowMatch.SAME] == 1


def test_rows_with_most_changes_come_first_and_a_search_leaves_those_that_have_the_text() -> None:
    both = comparison.compared(*two_batches([{}] * 3, [{"score": 1}, {"score": 1, "category": "account"}, {}]), {})
    counted = comparison.counted_fields(both)

    def rows(**wanted: Any) -> list[int]:
        found = comparison.find_lines(both, counted, Wanted(**wanted), want=50, after=None, before=None)
        return [line.row for line in found.lines]

    assert rows(match=RowMatch.CHANGED) == [1, 0]
    assert rows(match=RowMatch.CHANGED, by_row=True) == [0, 1]
    assert rows(search="ACCOUNT") == [1]
    assert rows(search="subject 2") == [2]
    assert rows(field="category") == [1]
    assert rows(field="category", pair=("billing", "account")) == [1]

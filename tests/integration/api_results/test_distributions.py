"""The distribution of each response field over all rows that have an answer."""

from typing import Any

import pytest

from csv_batches.models import CsvBatchRow
from tests.integration.api.support import Draft, errors, finish
from tests.support.api import Api, numbered


def field(batch: Draft, name: str) -> dict[str, Any]:
    results = batch.api.get(f"{batch.path}/results")
    return next(dict(one) for one in results["fields"] if one["name"] == name)


def answered(api: Api, kind: str, values: list[Any], **more: Any) -> dict[str, Any]:
    """The distribution of a field `x` that has these values."""
    fields = [{"name": "x", "type": kind, "required": False, **more}]
    batch = Draft(api, api.ready(api.network(None), numbered(len(values)), response_fields=fields))
    api.run(batch.id)
    finish(batch.id, {index: {"x": value} for index, value in enumerate(values)})
    return field(batch, "x")


def test_all_fields_in_the_builder_s_order(done: Draft) -> None:
    results = done.api.get(f"{done.path}/results")
    assert results["rows"] == 6
    kinds = [(one["name"], one["type"], one["kind"], one["answered"]) for one in results["fields"]]
    assert kinds == [
        ("category", "string", "values", 4),
        ("urgent", "boolean", "values", 4),
        ("score", "integer", "numbers", 4),
        ("note", "string", "values", 4),
    ]


def test_choices_are_counted_those_that_never_came_too(done: Draft) -> None:
    counts = field(done, "category")["values"]
    expected = [("billing", 2), ("praise", 2), ("other", 0)]
    assert [(one["value"], one["count"]) for one in counts] == expected


def test_booleans_are_counted(done: Draft) -> None:
    counts = field(done, "urgent")["values"]
    assert counts == [{"value": True, "count": 3}, {"value": False, "count": 1}]


def test_numbers_come_in_bins_with_round_edges(done: Draft) -> None:
    score = field(done, "score")
    assert (score["min"], score["max"], score["mean"]) == (10, 99, 37)
    assert score["bins"][0] == {"from": 10, "to": 20, "count": 2}
    assert [one["count"] for one in score["bins"]] == [2, 1, 0, 0, 0, 0, 0, 0, 1]


def test_missing_null_and_empty_count_as_empty(done: Draft) -> None:
    assert field(done, "note")["empty"] == 3
    assert field(done, "category")["empty"] == 0


def test_a_correction_counts_in_the_place_of_the_answer_and_for_a_failed_row(done: Draft) -> None:
    for index in (0, 4):
        payload = {"category": "other", "urgent": False, "score": 1}
        done.api.patch(f"{done.path}/rows/{index}", {"corrected_payload": payload})
    category = field(done, "category")
    assert category["answered"] == 5
    assert {one["value"]: one["count"] for one in category["values"]} == {"other": 2, "praise": 2, "billing": 1}


def test_a_row_that_failed_its_schema_does_not_count(done: Draft) -> None:
    CsvBatchRow.objects.filter(queue_id=done.id, row_index=5).update(result_payload={"category": "nonsense"})
    assert field(done, "category")["answered"] == 4


def test_texts_of_many_kinds_are_shown_by_their_length(api: Api) -> None:
    texts = answered(api, "string", ["x" * length for length in range(1, 31)])
    assert texts["kind"] == "lengths"
    assert (texts["min"], texts["max"]) == (1, 30)
    assert sum(one["count"] for one in texts["bins"]) == 30
    assert len(texts["bins"]) <= 11


def test_the_values_beyond_the_most_frequent_are_summed_up(api: Api) -> None:
    choices = [f"c{number:02}" for number in range(15)]
    found = answered(api, "string", choices, choices=choices)
    assert len(found["values"]) == 12
    assert found["others"] == 3


@pytest.mark.parametrize(
    ("values", "bins"),
    [
        ([0.5], [(0, 1, 1)]),
        ([0.1, 0.2, 0.30000000000000004, 1], None),
        ([-1e300, 1e300], None),
        ([0, 5e-324], None),
        ([7, 7.0], [(7, 8, 2)]),
        ([10**400, 1], None),
        ([], []),
    ],
)
def test_any_numbers(api: Api, values: list[float], bins: list[tuple[float, float, int]] | None) -> None:
    found = answered(api, "number", [*values, None])
    assert sum(one["count"] for one in found["bins"]) == len(values)
    assert len(found["bins"]) <= 11
    if bins is not None:
        assert [(one["from"], one["to"], one["count"]) for one in found["bins"]] == bins


def test_a_batch_without_answers_or_fields_has_none(api: Api, draft: Draft) -> None:
    assert field(draft, "score") | {"bins": [], "min": None} == field(draft, "score")
    bare = Draft(api, api.draft("net"))
    assert bare.api.get(f"{bare.path}/results") == {"rows": 0, "fields": []}


def test_nobody_sees_another_s(done: Draft, bob: Api) -> None:
    body = bob.get(f"{done.path}/results", 404)
    assert errors(body, kind="client_error") == [("not_found", None)]

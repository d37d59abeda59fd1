"""Rows can be asked for by what a field of their answer says: as many as its bar counts."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors


def found(batch: Draft, **query: Any) -> list[int]:
    return [row["row_index"] for row in batch.api.rows(batch.id, **query)]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"field": "category", "value": "billing"}, [0, 1]),
        ({"field": "category", "value": "other"}, []),
        ({"field": "urgent", "value": "true"}, [0, 1, 3]),
        ({"field": "urgent", "value": "nonsense"}, []),
        ({"field": "score", "value": "20"}, [2]),
        ({"field": "score", "value": "20.0"}, [2]),
        ({"field": "score", "least": "10", "below": "20"}, [0, 1]),
        ({"field": "score", "least": "20"}, [2, 3]),
        ({"field": "note", "least": "5", "below": "6"}, [0]),
        ({"field": "note", "blank": "true"}, [1, 2, 3]),
        ({"field": "category"}, [0, 1, 2, 3]),
        ({"field": "nowhere"}, []),
        ({"field": "urgent", "value": "true", "search": "praise"}, [3]),
        ({"field": "category", "value": "x' OR '1'='1"}, []),
        ({"field": "score", "value": "NaN"}, []),
        ({"field": "score", "value": "1e999"}, []),
        ({"field": "urgent", "value": '"\\ud800"'}, []),
        ({"field": "urgent", "value": "[" * 3000}, []),
    ],
)
def test_by_field(done: Draft, query: dict[str, Any], rows: list[int]) -> None:
    assert found(done, **query) == rows


def test_each_bar_of_the_results_leads_to_as_many_rows_as_it_counts(done: Draft) -> None:
    for field in done.api.get(f"{done.path}/results")["fields"]:
        name = field["name"]
        for one in field.get("values", []):
            value = str(one["value"]) if isinstance(one["value"], str) else str(one["value"]).lower()
            assert len(found(done, field=name, value=value)) == one["count"]
        for one in field.get("bins", []):
            assert len(found(done, field=name, least=one["from"], below=one["to"])) == one["count"]
        assert len(found(done, field=name, blank="true")) == field["empty"]


def test_a_correction_is_found_in_the_place_of_the_answer(done: Draft) -> None:
    payload = {"category": "other", "urgent": False, "score": 1}
    done.api.patch(f"{done.path}/rows/0", {"corrected_payload": payload})
    assert found(done, field="category", value="other") == [0]
    assert found(done, field="category", value="billing") == [1]


@pytest.mark.parametrize("query", [{"least": "many"}, {"below": "NaN"}, {"blank": "perhaps"}, {"value": "a\0"}])
def test_a_filter_that_cannot_be(done: Draft, query: dict[str, Any]) -> None:
    body = done.api.get(f"{done.path}/rows", 400, field="score", **query)
    assert [where for _, where in errors(body)] == [next(iter(query))]

"""The same by the API."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from tests.integration.comparison.support import two_batches
from tests.integration.web.support import batch_of
from tests.support.api import Api

pytestmark = pytest.mark.django_db


def compared(a: CsvBatch, b: CsvBatch, want: int = 200, **query: Any) -> Any:
    return Api.as_user("ann").get(f"/csv_batches/{a.pk}/compare", want, **{"with": str(b.pk), **query})


def test_it_counts_and_lists_what_differs() -> None:
    a, b = two_batches([{}, {}], [{"score": 90, "tags": ["late"]}, {}])
    found = compared(a, b)
    assert found["counts"] == {
        "changed": 1,
        "same": 1,
        "only_a": 0,
        "only_b": 0,
        "failed_both": 0,
        "not_answered": 0,
    }
    agree = {field["name"]: (field["same"], field["changed"]) for field in found["fields"]}
    assert agree == {"category": (2, 0), "score": (1, 1), "tags": (1, 1), "summary": (2, 0)}
    first, second = found["results"]
    assert (first["row_index"], first["changed"]) == (0, ["score", "tags"])
    assert (first["a"]["score"], first["b"]["score"]) == (86, 90)
    assert first["changes"] == {"score": "higher", "tags": "fewer_entries"}
    assert (second["row_index"], second["changed"], second["match"]) == (1, [], "same")
    assert found["next"] is None
    assert found["sampled"] is False


def test_a_row_with_an_answer_in_one_is_only_there_and_one_without_failed_or_waits() -> None:
    a, b = two_batches([{}, None, None, ""], [None, {}, None, None])
    a.rows.filter(row_index=1).update(result_payload={"score": "86"})
    found = compared(a, b, sort="row_index")
    counts = {name: number for name, number in found["counts"].items() if number}
    assert counts == {"only_a": 1, "only_b": 1, "failed_both": 1, "not_answered": 1}
    assert [(row["a"] is None, row["b"] is None) for row in found["results"]] == [
        (False, True),
        (True, False),
        (True, True),
        (True, True),
    ]
    assert all(row["changed"] == [] for row in found["results"])
    assert [row["row_index"] for row in compared(a, b, match="only_b")["results"]] == [1]


def test_a_correction_replaces_the_answer() -> None:
    a, b = two_batches([{}], [{"score": 1}])
    b.rows.update(corrected_payload={**b.rows.get().result_payload, "score": 86})
    found = compared(a, b)
    assert found["counts"]["same"] == 1
    assert found["results"][0]["b"]["score"] == 86


@pytest.mark.parametrize(("tolerance", "changed"), [("10", 0), ("9.9", 1), ("0", 1)])
def test_numbers_up_to_the_tolerance_apart_are_the_same(tolerance: str, changed: int) -> None:
    a, b = two_batches([{}], [{"score": 96}])
    found = compared(a, b, **{"tolerance.score": tolerance})
    assert found["counts"]["changed"] == changed
    assert found["fields"][1]["changed"] == changed
    assert found["results"][0]["changed"] == ["score"] * changed


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ({"tolerance.scoer": "1"}, "unknown", "tolerance.scoer"),
        ({"tolerance.category": "1"}, "invalid", "tolerance.category"),
        ({"tolerance.score": "-1"}, "invalid", "tolerance.score"),
        ({"tolerance.score": "1e999999"}, "invalid", "tolerance.score"),
        ({"moves": "score:1"}, "unknown", "moves"),
        ({"field": "scoer"}, "unknown", "field"),
        ({"count": "score,scoer"}, "unknown", "count"),
    ],
)
def test_what_it_does_not_know_is_refused(query: dict[str, str], code: str, attr: str) -> None:
    a, b = two_batches([{}], [{}])
    [error] = compared(a, b, 400, **query)["errors"]
    assert (error["code"], error["attr"]) == (code, attr)


def test_all_fields_count_unless_some_are_chosen() -> None:
    a, b = two_batches([{}], [{"summary": "Other words."}])
    assert compared(a, b)["counts"]["changed"] == 1
    chosen = compared(a, b, count="category, score")
    assert chosen["counts"]["same"] == 1
    assert [field["name"] for field in chosen["fields"] if field["counted"]] == ["category", "score"]


def test_pages_follow_each_other() -> None:
    a, b = two_batches([{}] * 3, [{"score": 1}] * 3)
    found = compared(a, b, limit=2)
    following = Api.as_user("ann").get(found["next"].removeprefix("http://testserver/api"))
    assert [row["row_index"] for row in (*found["results"], *following["results"])] == [0, 1, 2]
    assert following["next"] is None


def test_other_rows_are_a_conflict() -> None:
    a, b = two_batches([{}], [{}])
    b.rows.update(payload=["1", "another subject", "body"])
    assert compared(a, b, 409)["errors"][0]["code"] == "different_datasets"


def test_what_is_not_theirs_is_not_found() -> None:
    a, _ = two_batches([{}], [{}])
    foreign = batch_of("bob", ["succeeded"], status="completed", source_sha256="same")
    compared(a, foreign, 404)

"""Rows can be asked for by status, error code and text."""

from typing import Any

import pytest

from csv_batches.models import CsvBatchRow
from tests.integration.api.support import Draft, errors, finish
from tests.support.api import Api

TEXTS = ["Grüße", 'say "hi"', "50% off_", "back\\slash", "line\nbreak", "plain, with comma"]


@pytest.fixture
def batch(api: Api) -> Draft:
    rows = [[str(100 + index), text] for index, text in enumerate(TEXTS)]
    made = Draft(api, api.ready(api.network(None), rows))
    api.run(made.id)
    finish(made.id, {0: {"topic": "Billing", "tags": ["deep down"]}, 1: {"topic": "1"}}, {2: "timeout", 3: "rejected"})
    return made


def found(batch: Draft, **query: Any) -> list[int]:
    return [row["row_index"] for row in batch.api.rows(batch.id, **query)]


def test_spaces_are_searched_for_too(batch: Draft) -> None:
    assert found(batch, search="off_") == [2]
    assert found(batch, search="off_ ") == []
    assert found(batch, search=" off_") == [2]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"status": "queued"}, [4, 5]),
        ({"status": "succeeded"}, [0, 1]),
        ({"status": "failed"}, [2, 3]),
        ({"status": "running"}, []),
        ({"error_code": "timeout"}, [2]),
        ({"error_code": "crashed"}, []),
        ({"status": "succeeded", "error_code": "timeout"}, []),
        ({"status": "", "error_code": "", "search": "", "cursor": ""}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_by_status_and_error_code(batch: Draft, query: dict[str, Any], rows: list[int]) -> None:
    assert found(batch, **query) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("grüße", [0]),
        ("GRÜSSE", []),
        ('"hi"', [1]),
        ("50%", [2]),
        ("%", [2]),
        ("off_", [2]),
        ("_", [2]),
        ("back\\s", [3]),
        ("\\", [3]),
        ("line\nb", [4]),
        ("103", [3]),
        # neither what stands between the cells, nor the names of the fields
        (",", [5]),
        ('", "', []),
        ("[", []),
        ("topic", []),
        # answers, at any depth, and messages of errors
        ("billing", [0]),
        ("deep", [0]),
        ("rejected happened", [3]),
        ("nowhere", []),
    ],
)
def test_by_text(batch: Draft, text: str, rows: list[int]) -> None:
    assert found(batch, search=text) == rows


def test_a_correction_is_found_in_the_place_of_the_answer(batch: Draft) -> None:
    CsvBatchRow.objects.filter(queue_id=batch.id, row_index=0).update(corrected_payload={"topic": "delivery"})
    assert found(batch, search="delivery") == [0]
    assert found(batch, search="billing") == []


def test_filters_go_together(batch: Draft) -> None:
    assert found(batch, search="1", status="succeeded") == [0, 1]
    assert found(batch, search="10", status="failed", error_code="rejected") == [3]


@pytest.mark.parametrize(
    ("query", "attr"),
    [({"status": "done"}, "status"), ({"search": "a\0"}, "search"), ({"error_code": "\0"}, "error_code")],
)
def test_a_filter_that_cannot_be(batch: Draft, query: dict[str, Any], attr: str) -> None:
    body = batch.api.get(f"{batch.path}/rows", 400, **query)
    assert [where for _, where in errors(body)] == [attr]

"""Which of the claimed rows are called, answered, or wait; and what makes two rows ask the same."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from experiments.core.choices import RowStatus
from experiments.models import Network
from experiments.worker.claim import ClaimedRow
from experiments.worker.reuse import (
    NETWORK_COLUMNS,
    OTHER_COLUMNS,
    FoundLead,
    Sorted,
    fingerprint_of,
    sort_out,
)

ASKS, OTHER = b"a" * 32, b"b" * 32
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE, AFTER = NOW.timestamp() - 1, NOW.timestamp() + 1


def row(number: int, *, generation: int = 1) -> ClaimedRow:
    return ClaimedRow(number, number, [], 1, generation, UUID(int=1), 0, NOW, 0.0, None)


def lead(item_id: int, status: str = RowStatus.SUCCEEDED, *, version: str = "v", at: float = BEFORE) -> FoundLead:
    return FoundLead(item_id, version, status, at if status == RowStatus.SUCCEEDED else None)


def sorted_out(*rows: ClaimedRow, own: FoundLead | None = None, elsewhere: FoundLead | None = None) -> Sorted:
    def found(one: FoundLead | None) -> dict[bytes, FoundLead]:
        return {ASKS: one} if one else {}

    return sort_out([(one, ASKS) for one in rows], found(own), found(elsewhere), "v")


def called(done: Sorted) -> list[int]:
    return [one.id for one in done.to_call]


def test_the_first_of_new_ones_is_called_and_the_others_wait() -> None:
    done = sorted_out(row(3), row(2), row(4))
    assert (called(done), done.leads) == ([2], [(2, ASKS)])
    assert done.waiting == [(3, ASKS), (4, ASKS)]


def test_what_asks_something_else_does_not_wait() -> None:
    done = sort_out([(row(1), ASKS), (row(2), OTHER)], {}, {}, "v")
    assert (called(done), done.waiting) == ([1, 2], [])


@pytest.mark.parametrize("status", [RowStatus.QUEUED, RowStatus.RUNNING])
def test_one_that_is_under_way_is_waited_for(status: str) -> None:
    assert sorted_out(row(2), own=lead(1, status)).waiting == [(2, ASKS)]


def test_one_that_has_its_answer_gives_it() -> None:
    assert sorted_out(row(2), own=lead(1)).answered == [(2, 1)]


def test_one_that_failed_is_followed_by_the_next() -> None:
    done = sorted_out(row(2), row(3), own=lead(1, RowStatus.FAILED))
    assert (called(done), done.leads, done.waiting) == ([2], [(2, ASKS)], [(3, ASKS)])


def test_the_lead_itself_is_called_again() -> None:
    done = sorted_out(row(1), row(2), own=lead(1, RowStatus.QUEUED))
    assert (called(done), done.leads, done.waiting) == ([1], [], [(2, ASKS)])


def test_an_answer_of_another_version_is_none() -> None:
    assert called(sorted_out(row(2), own=lead(1, version="w"))) == [2]


def test_a_version_that_nobody_knows_is_taken_for_the_same() -> None:
    assert sorted_out(row(2), own=lead(1, version="")).answered == [(2, 1)]


def test_what_a_person_has_retried_gets_no_older_answer() -> None:
    retried = row(2, generation=2)
    assert called(sorted_out(retried, own=lead(1, at=BEFORE))) == [2]
    assert called(sorted_out(retried, elsewhere=lead(1, at=BEFORE))) == [2]
    assert sorted_out(retried, own=lead(1, at=AFTER)).answered == [(2, 1)]


def test_an_earlier_queue_s_answer_makes_a_lead_of_who_gets_it() -> None:
    done = sorted_out(row(5), row(6), elsewhere=lead(1))
    assert (called(done), done.answered, done.leads) == ([], [(5, 1), (6, 1)], [(5, ASKS)])


BODY = {"network": "n", "user_message": "hi", "system_params": {}, "agent_key": None, "debug": False}


@pytest.mark.parametrize("which", [{"experiment_id": "q"}, {"experiment_item_index": 7}, {"experiment_iteration": 2}])
def test_which_row_asks_makes_no_difference(which: dict[str, Any]) -> None:
    assert fingerprint_of(1, BODY) == fingerprint_of(1, {**BODY, **which})


@pytest.mark.parametrize(
    "change",
    [
        {"user_message": "Hi"},
        {"system_params": {"a": "b"}},
        {"agent_key": "a"},
        {"respond_payload_schema": {"type": "object"}},
        {"respond_payload_guidance": "Be brief."},
        {"max_steps": 3},
        {"network": "m"},
        {"respond_payload_example": {"price": Decimal("4.50")}},
    ],
)
def test_what_is_asked_makes_one(change: dict[str, Any]) -> None:
    assert fingerprint_of(1, BODY) != fingerprint_of(1, {**BODY, **change})


def test_two_networks_are_never_the_same() -> None:
    assert fingerprint_of(1, BODY) != fingerprint_of(2, BODY)


def test_each_column_of_a_network_makes_a_version_or_is_known_not_to() -> None:
    assert set(NETWORK_COLUMNS) | OTHER_COLUMNS == {field.name for field in Network._meta.concrete_fields}
    assert not set(NETWORK_COLUMNS) & OTHER_COLUMNS

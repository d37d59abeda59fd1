"""Which of a remote's runs is the answer to a row whose call was lost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from experiments.run_client.config_api import KeptRun
from experiments.worker.claim import ClaimedRow
from experiments.worker.remote_runs import newest_answer

QUEUED = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = QUEUED + timedelta(seconds=5)
EARLIER = QUEUED - timedelta(seconds=5)


def row(generation: int = 1) -> ClaimedRow:
    return ClaimedRow(
        id=1,
        row_index=7,
        payload=["x"],
        attempt=2,
        generation=generation,
        lease_id=uuid4(),
        lost=1,
        queued_at=QUEUED,
        limited_s=0.0,
        running_since=None,
    )


def run(
    name: str = "a", *, index: int = 7, iteration: int | None = None, at: datetime | None = LATER, **more: Any
) -> KeptRun:
    final = {"status": "ok", "response": {"name": name}}
    answer = {"trace_id": name, "graph_version_id": "1:5", "run_duration_ms": 12, "final": final, **more}
    return KeptRun(index, iteration, at, answer)


def found(*runs: KeptRun, generation: int = 1, pinned: int | None = 5) -> str | None:
    reply = newest_answer(runs, row(generation), pinned=pinned)
    return reply.trace_id if reply else None


def test_its_payload_and_duration_are_those_of_the_run() -> None:
    reply = newest_answer([run("a")], row(), pinned=5)
    assert reply is not None
    assert (reply.error_code, reply.payload, reply.elapsed_ms) == (None, {"name": "a"}, 12)


def test_runs_of_other_rows_are_none() -> None:
    assert found(run(index=6), run(index=8)) is None


def test_the_newest_counts() -> None:
    assert found(run("old", at=EARLIER), run("new"), run("timeless", at=None)) == "new"


def test_a_run_by_another_version_is_passed_over() -> None:
    assert found(run("old", at=EARLIER), run("new", graph_version_id="1:6")) == "old"
    assert found(run("new", graph_version_id="1:6"), pinned=None) == "new"


def test_a_run_that_ended_badly_is_an_answer_too() -> None:
    reply = newest_answer([run(final={"status": "error", "error": "no tool"})], row(), pinned=5)
    assert reply is not None
    assert (reply.error_code, reply.message) == ("run_error", "no tool")


@pytest.mark.parametrize(
    ("iteration", "generation", "taken"), [(1, 1, True), (2, 2, True), (1, 2, False), (2, 1, False)]
)
def test_the_iteration_tells_the_generation_whatever_the_clocks_say(
    iteration: int, generation: int, taken: bool
) -> None:
    at = LATER if not taken else EARLIER
    assert (found(run(iteration=iteration, at=at), generation=generation) is not None) == taken


@pytest.mark.parametrize(
    ("generation", "at", "taken"),
    [(1, EARLIER, True), (1, None, True), (2, LATER, True), (2, EARLIER, False), (2, None, False)],
)
def test_without_an_iteration_a_retried_row_takes_only_what_is_younger(
    generation: int, at: datetime | None, taken: bool
) -> None:
    assert (found(run(at=at), generation=generation) is not None) == taken

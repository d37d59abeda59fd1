"""The listing of a remote's runs, as a remote may write it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from experiments.run_client import AbortHandle, NoAnswer, config_api
from experiments.run_client.config_api import ConfigTarget, KeptRun, kept_runs
from tests.support.run_server import RunServer

ANSWER = {"final": {"status": "ok", "response": {"a": 1}}}
RUN = {"item_index": 3, "iteration": 2, "created_at": "2026-01-01T12:00:00.5", "response_payload": ANSWER}
AT = datetime(2026, 1, 1, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[RunServer]:
    with RunServer() as server:
        yield server


def listed(server: RunServer, **answer: Any) -> list[KeptRun]:
    server.remote(faults={"GET /experiments/q%2F1/runs": answer})
    target = ConfigTarget(f"{server.base}/", None, "net")
    return kept_runs(target, "q/1", 3, is_wanted=lambda run: run.answer is not None).runs


@pytest.mark.parametrize(
    ("run", "kept"),
    [
        (RUN, KeptRun(3, 2, AT, ANSWER)),
        ({**RUN, "created_at": "2026-01-01T13:00:00.5+01:00"}, KeptRun(3, 2, AT, ANSWER)),
        ({**RUN, "created_at": "2026-01-01T12:00:00.5Z"}, KeptRun(3, 2, AT, ANSWER)),
        ({**RUN, "created_at": "today", "iteration": None}, KeptRun(3, None, None, ANSWER)),
        ({"experiment_item_index": 3, "response_payload": ANSWER}, KeptRun(3, None, None, ANSWER)),
        ({**RUN, "status": "running", "response_payload": None}, KeptRun(3, 2, AT, None)),
        ({**RUN, "status": "Pending", "response_payload": {"final": None}}, KeptRun(3, 2, AT, None)),
    ],
)
def test_what_a_run_tells(server: RunServer, run: dict[str, Any], kept: KeptRun) -> None:
    assert listed(server, json={"runs": [run]}) == [kept]
    assert listed(server, json=[run]) == [kept]


@pytest.mark.parametrize(
    "run",
    [
        None,
        {},
        {**RUN, "item_index": None},
        {**RUN, "item_index": "three"},
        {**RUN, "response_payload": None},
        {**RUN, "response_payload": {}},
        {**RUN, "response_payload": {"final": None}},
    ],
)
def test_what_has_not_ended_or_belongs_to_no_row_is_passed_over(server: RunServer, run: object) -> None:
    assert listed(server, json={"runs": [run, RUN]}) == [KeptRun(3, 2, AT, ANSWER)]


@pytest.mark.parametrize("body", [None, {}, {"runs": None}, {"runs": {}}, "none"])
def test_what_is_no_listing_is_no_answer(server: RunServer, body: object) -> None:
    with pytest.raises(NoAnswer, match="no list of runs"):
        listed(server, json=body)


@pytest.mark.parametrize("answer", [{"status": 500, "text": "no"}, {"text": "<h1>"}, {"status": 302}, {"status": 401}])
def test_no_listing_is_no_answer(server: RunServer, answer: dict[str, Any]) -> None:
    with pytest.raises(NoAnswer):
        listed(server, **answer)


def test_a_listing_that_is_too_long_is_not_read(server: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_api, "MAX_LISTING_BYTES", 1000)
    with pytest.raises(NoAnswer, match="larger than 1,000 bytes"):
        listed(server, json={"runs": [RUN] * 100})


def test_a_worker_that_stops_does_not_wait_for_it(server: RunServer) -> None:
    abort = AbortHandle()
    abort.abort()
    with pytest.raises(NoAnswer, match="the worker stops"):
        kept_runs(ConfigTarget(server.base, None, "net"), "q", 3, is_wanted=lambda run: True, abort=abort)

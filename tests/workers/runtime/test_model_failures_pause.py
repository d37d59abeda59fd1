"""What the model's endpoint says, as the batches of this site's own runtime show it: web, worker and calls for real."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from experiments.models import Queue
from tests.support.api import Api, numbered
from tests.support.llm_server import LlmServer, Reply
from tests.support.worker import SharedWorker, Worker

ROWS, AT_A_TIME = 30, 2


@pytest.fixture(scope="module")
def llm_process() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture
def llm(llm_process: LlmServer, settings: Any) -> LlmServer:
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = llm_process.base_url, "m1"
    settings.OPENAI_API_KEY = "sk-of-the-tests-only"
    return llm_process


@pytest.fixture(scope="module")
def shared_worker(live_server: Any) -> Iterator[SharedWorker]:
    """The worker of the site that the tests' own process is."""
    shared = SharedWorker(SITE_URL=live_server.url)
    yield shared
    shared.stop()


def started(api: Api, **values: Any) -> str:
    batch: str = api.ready(api.network(None, "own"), numbered(ROWS), **{"concurrency": AT_A_TIME, **values})
    api.run(batch)
    return batch


def said(status: int, headers: dict[str, str] | None = None, **error: Any) -> Reply:
    return Reply(status=status, raw=json.dumps({"error": error}), headers=headers or {})


GOOD = Reply(text='{"topic": "x", "score": 7}')


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_pauses_soon_names_the_key_and_leaves_the_rows_alone(
    api: Api, llm: LlmServer, worker: Worker, status: int
) -> None:
    llm.script(said(status, message="Incorrect API key provided.", code="invalid_api_key"))
    batch = started(api, max_attempts=1)
    state = api.rest(batch)
    reason = state["pause_reason"]
    assert (state["status"], reason["code"]) == ("paused", "configuration")
    assert (state["progress"]["queued"], state["progress"]["failed"]) == (ROWS, 0)
    for part in ("OPENAI_API_KEY", "Incorrect API key provided.", llm.base_url.split("/")[2]):
        assert part in reason["detail"]
    assert "token" not in reason["detail"]
    assert len(llm.calls()) <= 5 + AT_A_TIME


def test_a_model_that_is_not_there_pauses_soon_and_is_named(api: Api, llm: LlmServer, worker: Worker) -> None:
    llm.script(said(404, message="No such model.", code="model_not_found"))
    state = api.rest(started(api))
    reason = state["pause_reason"]
    assert (state["status"], reason["code"]) == ("paused", "configuration")
    for part in ("“m1”", "OPENAI_MODEL", llm.base_url.split("/")[2]):
        assert part in reason["detail"]
    assert len(llm.calls()) <= 5 + AT_A_TIME


def test_an_endpoint_that_is_away_is_tried_again_by_itself(
    api: Api, llm: LlmServer, worker: Worker, settings: Any
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        batch = started(api, max_attempts=1)
        state = api.rest(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "unreachable")
    assert (state["pause_reason"]["until"] is not None, state["progress"]["queued"]) == (True, ROWS)
    assert "The model at 127.0.0.1" in state["pause_reason"]["detail"]
    llm.script(GOOD)
    settings.OPENAI_BASE_URL = llm.base_url
    Queue.objects.filter(pk=batch).update(pause_until=timezone.now())
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == ROWS


@pytest.mark.parametrize(
    "refused", [said(429, {"Retry-After": "1"}, message="Slow down."), said(200, message="Slow down.", code=429)]
)
def test_a_429_of_the_endpoint_is_waited_for_and_not_counted(
    api: Api, llm: LlmServer, worker: Worker, refused: Reply
) -> None:
    llm.script(refused, GOOD)
    batch = started(api, concurrency=1, max_attempts=1)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == ROWS
    first, second = api.get(f"/csv_batches/{batch}/rows/0")["attempt_log"]
    assert (first["outcome"], first["http_status"]) == ("rate_limited", 429)
    assert "Slow down." in first["detail"]
    assert second["outcome"] == "succeeded"


def test_a_failure_inside_a_200_is_told_in_the_providers_words(api: Api, llm: LlmServer, worker: Worker) -> None:
    llm.script(said(200, message="Provider returned error", code=502), GOOD)
    batch = started(api, concurrency=1)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == ROWS
    first = api.get(f"/csv_batches/{batch}/rows/0")["attempt_log"][0]
    assert (first["outcome"], first["http_status"]) == ("server_error", 502)
    assert "Provider returned error" in first["detail"]


def test_a_500_of_the_endpoint_pauses_after_twenty(api: Api, llm: LlmServer, worker: Worker) -> None:
    llm.script(said(500, message="Internal trouble."))
    state = api.rest(started(api))
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "server_error")
    assert "Internal trouble." in state["pause_reason"]["detail"]
    assert "This site's runtime" in state["pause_reason"]["detail"]

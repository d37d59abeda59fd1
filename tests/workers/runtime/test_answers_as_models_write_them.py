"""A batch on this site's own runtime, whose model writes as models do: site, worker and endpoint for real."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.site import Site
from tests.integration.web.support import browser
from tests.support.api import Api, numbered
from tests.support.llm_server import LlmServer, Reply, stream_of
from tests.support.worker import SharedWorker, Worker

TONE = {"name": "tone", "description": "", "type": "string", "choices": ["positive", "negative"], "required": True}
JSON = '{"tone": "positive"}'
REPLIES = (
    Reply(text=f'<think>Like {{"tone": "negative"}}?</think>\nSure!\n```json\n{JSON}\n```\nBye.'),
    stream_of({"reasoning_content": "Hm."}, {"content": '{"tone": '}, {"content": '"positive"}'}),
    Reply(message={"content": None, "tool_calls": [{"function": {"name": "answer", "arguments": JSON}}]}),
    Reply(text='{"tone": "POSITIVE"}'),
    Reply(message={"content": None, "refusal": "I can't help with that."}),
    Reply(text=JSON[:9], finish_reason="content_filter"),
    Reply(text=JSON[:9], finish_reason="length"),
    Reply(text="I am not sure, perhaps positive."),
    Reply(raw="<html>a page of the provider</html>"),
)


class SiteWithModel(Site):
    def __init__(self, var: Path, model: LlmServer) -> None:
        super().__init__(var)
        self._model = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "key", "OPENAI_MODEL": "scripted"}

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **self._model}


@pytest.fixture(scope="module")
def llm() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, llm: LlmServer) -> Iterator[Site]:
    var = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")).resolve()
    with django_db_blocker.unblock(), SiteWithModel(var, llm) as running:
        running.start()
        yield running
    shutil.rmtree(var)


@pytest.fixture(scope="module")
def shared_worker(site: Site) -> Iterator[SharedWorker]:
    """The site's worker."""
    shared = SharedWorker(**site.environment())
    yield shared
    shared.stop()


@pytest.fixture
def finished(site: Site, llm: LlmServer, worker: Worker, api: Api) -> Callable[..., tuple[str, list[dict[str, Any]]]]:
    def finish(*replies: Reply, rows: int, **values: Any) -> tuple[str, list[dict[str, Any]]]:
        """A batch of so many rows, one after the other, and its rows in detail."""
        llm.script(*replies)
        api.network(None, "support", timeout_s=60)
        batch = api.ready("support", numbered(rows), response_fields=[TONE], max_attempts=1, **values)
        api.run(batch)
        api.wait(batch, timeout_s=120)
        return batch, [api.get(f"/csv_batches/{batch}/rows/{index}") for index in range(rows)]

    return finish


def test_each_is_read_or_said_in_words(
    finished: Callable[..., tuple[str, list[dict[str, Any]]]], api: Api, site: Site
) -> None:
    batch, rows = finished(*REPLIES, rows=len(REPLIES), tolerant=True)
    assert [row["error_code"] for row in rows] == [
        *(None, None, None, None),
        *("refused", "filtered", "length", "run_error", "server_error"),
    ], (rows, site.end_of_log())
    assert [row["result_payload"] for row in rows[:4]] == [{"tone": "positive"}] * 4
    assert [row["changes"] for row in rows[2:4]] == [None, [{"path": "tone", "from": "POSITIVE", "to": "positive"}]]
    assert rows[4]["error_message"] == "The model refused to answer: I can't help with that."
    assert "max_output_tokens" in rows[6]["error_message"]
    unread = [row["attempt_log"][-1]["unread"] for row in rows]
    assert unread[:4] == [""] * 4
    assert unread[4:] == [
        "I can't help with that.",
        JSON[:9],
        JSON[:9],
        "I am not sure, perhaps positive.",
        "<html>a page of the provider</html>",
    ]
    # None is called again, without debug all that is shown, and the trace has it too.
    assert {row["attempts"] for row in rows} == {1}
    page = browser("ann").get(f"/csv-batch/{batch}/row/7/").content.decode()
    assert page.count("I am not sure, perhaps positive.") == 1
    trace = api.get(f"/runs/{rows[7]['run_trace_id']}")
    assert (trace["status"], trace["final"]["unread"]) == ("run_error", "I am not sure, perhaps positive.")
    assert "I am not sure" in browser("ann").get(f"/runs/{rows[7]['run_trace_id']}/").content.decode()
    assert api.get(f"/runs/{rows[4]['run_trace_id']}")["status"] == "refused"


WRONG, RIGHT = Reply(text='{"tone": "good"}'), Reply(text=JSON)
PROBLEM = '"tone" is "good", not one of positive, negative'


def test_a_repair_is_one_more_call_of_the_model_and_a_step_of_the_trace(
    finished: Callable[..., tuple[str, list[dict[str, Any]]]], api: Api, llm: LlmServer
) -> None:
    batch, (row,) = finished(WRONG, RIGHT, rows=1, repair=True)
    assert (row["status"], row["result_payload"], row["attempts"]) == ("succeeded", {"tone": "positive"}, 1)
    assert len(llm.calls()) == 2
    run = api.get(f"/runs/{row['run_trace_id']}")
    assert [step["error"] for step in run["execution_log"]] == [PROBLEM, None]
    assert (run["final"]["repaired"]["problem"], run["usage"]["total_tokens"]) == (PROBLEM, 36)
    assert api.batch(batch)["progress"]["tokens"] == 36
    page = browser("ann").get(f"/csv-batch/{batch}/row/0/?tab=trace").content.decode()
    assert "Asked once more: &quot;tone&quot; is &quot;good&quot;" in page
    assert "Asked once more because" in page


def test_a_row_fails_where_the_second_answer_is_wrong_too(
    finished: Callable[..., tuple[str, list[dict[str, Any]]]], llm: LlmServer
) -> None:
    _, (row,) = finished(WRONG, WRONG, RIGHT, rows=1, repair=True)
    assert (row["error_code"], row["result_payload"], row["error_message"]) == (
        "schema_mismatch",
        {"tone": "good"},
        PROBLEM,
    )
    assert len(llm.calls()) == 2


def test_what_a_tolerant_batch_understands_is_not_asked_for_again(
    finished: Callable[..., tuple[str, list[dict[str, Any]]]], llm: LlmServer
) -> None:
    _, (row,) = finished(Reply(text='{"tone": "Positive"}'), RIGHT, rows=1, repair=True, tolerant=True)
    assert row["changes"] == [{"path": "tone", "from": "Positive", "to": "positive"}]
    assert len(llm.calls()) == 1


def test_without_repair_the_model_is_asked_once(
    finished: Callable[..., tuple[str, list[dict[str, Any]]]], llm: LlmServer
) -> None:
    _, (row,) = finished(WRONG, RIGHT, rows=1)
    assert row["error_code"] == "schema_mismatch"
    assert len(llm.calls()) == 1
    assert "repair" not in llm.calls()[0]["body"]

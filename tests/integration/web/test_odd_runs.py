"""Runs of remote runtimes, whatever they send."""

from html import unescape
from typing import Any

import pytest

from tests.integration.web.support import batch_of, browser, queue_url, row_of, run_for

pytestmark = pytest.mark.django_db

DURATIONS: list[Any] = [None, "soon", -5, 10**40, True, {}, 0, 1e14, 0.25]
USAGES: list[Any] = [None, [], "many", {"total_tokens": "x"}, {"total_tokens": 3}]
LOGS: list[Any] = [
    [],
    {},
    None,
    "a text",
    7,
    [None, 3, "text", [], {}, [[{"type": "agent"}]]],
    [{"type": None}, {"type": {"a": 1}}, {"type": 5}, {"type": ""}],
    [{"type": "quantum_leap", "payload": {"deep": [{"deeper": None}]}}],
    [{"type": "agent", "duration_ms": value} for value in DURATIONS],
    [{"type": "agent", "llm_usage": usage} for usage in USAGES],
    [{"type": "agent", "decision": {"x": 1}, "decision_full": "RESPOND", "agent_key": ["a"]}],
    [{"type": "agent", "decision_full": {"action": None, "action_details": 5}, "step": {"n": 1}}],
    [{"type": "tool", "tool_key": "x" * 5000, "response_payload": "y" * 50_000, "status": 404}],
    [{"type": "task_group", "tasks": [{"type": "agent"}, 5]}],
    [{"type": "system", "timing": "yesterday", "error": {"code": 5}}],
]


@pytest.mark.parametrize("log", LOGS, ids=lambda log: str(log)[:40])
def test_any_execution_log_is_shown_on_the_row_and_on_the_run(log: Any) -> None:
    row = row_of(batch_of("ann"), 0, "succeeded")
    run_for(row, execution_log=[] if log is None else log)
    client = browser("ann")
    for page in (f"/csv-batch/{row.queue_id}/row/0/", "/runs/trace-1/"):
        assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    "final", [{}, [], "text", {"response": {"a": 1}}, {"response_payload": [1, 2]}, {"error": {"x": 1}}]
)
@pytest.mark.parametrize("request_body", [{}, [], {"user_message": 5, "system_params": "x"}])
def test_a_request_and_an_answer_of_any_shape_are_shown(final: Any, request_body: Any) -> None:
    run_for(row_of(batch_of("ann"), 0, "failed"), final=final, request=request_body, usage=[1], debug="text")
    assert browser("ann").get("/runs/trace-1/").status_code == 200


def test_an_unknown_type_is_shown_with_what_it_carries() -> None:
    row = row_of(batch_of("ann"), 0, "succeeded")
    run_for(row, execution_log=[{"type": "quantum_leap", "payload": {"colour": "ultraviolet"}}])
    html = browser("ann").get("/runs/trace-1/").content.decode()
    assert "quantum leap" in html
    assert "ultraviolet" in html


@pytest.mark.parametrize("trace_id", ["a/b", "x.y:z", "with space", "ünï", "50%", "a?b#c", "//", "'\"<b>"])
def test_any_trace_id_has_a_page_that_its_row_links_to(trace_id: str) -> None:
    batch = batch_of("ann")
    run_for(row_of(batch, 0, "succeeded"), trace_id)
    client = browser("ann")
    html = client.get(queue_url(batch, "row/0/?tab=trace")).content.decode()
    address = unescape(html.partition('class="mono" href="')[2].partition('"')[0])
    assert client.get(address).status_code == 200


def test_a_very_long_text_is_cut_with_a_word_about_it() -> None:
    run_for(row_of(batch_of("ann"), 0, "succeeded"), execution_log=[{"type": "agent", "prompt": "p" * 30_000}])
    html = browser("ann").get("/runs/trace-1/").content.decode()
    assert "10,000 more characters" in html
    assert len(html) < 60_000

"""The run viewer tells who handed over to whom, and why."""

import re
from typing import Any

import pytest

from tests.integration.web.support import batch_of, browser, row_of, run_for

pytestmark = pytest.mark.django_db


def step(key: str, to: str = "", **values: Any) -> dict[str, Any]:
    details = {"target_agent": to} if to else {"payload": {}}
    action = "ROUTE_TO_AGENT" if to else "RESPOND"
    full = {"action": action, "action_reasoning": f"Reason of {key}.", "action_details": details}
    return {"type": "agent", "agent_key": key, "decision": action, "decision_full": full, "duration_ms": 5, **values}


def text_of(log: Any) -> str:
    row = row_of(batch_of("ann"), 0, "succeeded")
    run_for(row, execution_log=log)
    pages = [browser("ann").get(page) for page in (f"/csv-batch/{row.queue_id}/row/0/?tab=trace", "/runs/trace-1/")]
    traces = [page.content.decode().partition('class="run-trace"')[2].partition("</section>")[0] for page in pages]
    assert traces[0] == traces[1] != ""
    return " ".join(re.sub("<[^>]+>", "", pages[1].content.decode()).split())


def test_each_hand_over_names_both_agents_and_its_reason() -> None:
    text = text_of(
        [step("triage", "billing", agent_display_name="Triage"), step("billing", agent_display_name="Money")]
    )
    assert "Through Triage →, then Money" in text
    assert "Triage agent hands over to Money" in text
    assert "Reason of triage." in text
    assert "Money agent responds" in text


def test_the_last_agent_of_a_run_that_never_ended_is_on_the_way() -> None:
    assert "Through a →, then b →, then c" in text_of([step("a", "b"), step("b", "c")])


def test_a_remote_runtime_s_own_name_of_the_target_is_understood() -> None:
    entry = step("a", "b")
    entry["decision_full"]["action_details"] = {"target_agent_name": "Writer", "context": {}}
    assert "a agent hands over to Writer" in text_of([entry])


def test_a_long_way_is_shown_by_its_end() -> None:
    text = text_of([step(f"agent-{number}", f"agent-{number + 1}") for number in range(40)])
    assert "Through … →, then agent-29 →" in text


def test_one_agent_alone_has_no_way() -> None:
    text = text_of([step("a")])
    assert "a agent responds" in text
    assert "Through" not in text


@pytest.mark.parametrize(
    "details", [None, 5, "b", [], {}, {"target_agent": None}, {"target_agent": {"a": 1}}, {"target_agent": ["b"]}]
)
def test_a_hand_over_to_nobody_that_can_be_named_is_still_shown(details: Any) -> None:
    entry = step("a", "b")
    entry["decision_full"]["action_details"] = details
    text = text_of([entry])
    assert "a agent hands over" in text
    assert "Through" not in text

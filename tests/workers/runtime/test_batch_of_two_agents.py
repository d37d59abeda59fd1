"""A batch on a network of two agents that this site answers with the embedded model: web, worker and model for real."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.site import Site
from tests.support.api import Api
from tests.support.worker import Worker

TONE = {
    "name": "tone",
    "description": "positive or negative",
    "type": "string",
    "choices": ["positive", "negative"],
    "required": True,
}
AGENTS: list[dict[str, Any]] = [
    {
        "key": "triage",
        "display_name": "Triage",
        "prompt": "Read the customer's e-mail.",
        "is_default": True,
        "allow_respond": False,
        "routes": ["judge"],
    },
    {"key": "judge", "display_name": "Judge", "prompt": "Decide if the customer's e-mail is positive or negative."},
]


@pytest.fixture
def site(transactional_db: None) -> Iterator[Site]:
    # Not pytest's own folder: it is deep, and private to who runs the tests.
    var = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")).resolve()
    with Site(var) as running:
        running.start()
        yield running
    shutil.rmtree(var)


def test_each_row_goes_through_both_agents(site: Site, start_worker: Callable[..., Worker], api: Api) -> None:
    api.network(None, "support", agents=AGENTS, timeout_s=120, max_steps=4)
    rows = [["1", "I love the lamp, thank you."], ["2", "The lamp is broken, I am angry."]]
    batch = api.ready("support", rows, response_fields=[TONE], debug=True)
    start_worker(LEASE_S="30", **site.environment())
    api.run(batch)
    state = api.wait(batch, timeout_s=120)
    shown = api.rows(batch)
    assert (state["status"], state["progress"]["succeeded"]) == ("completed", 2), (shown, site.end_of_log())
    assert {row["result_payload"]["tone"] for row in shown} <= {"positive", "negative"}
    for row in shown:
        run = api.get(f"/runs/{row['run_trace_id']}")
        hand_over, answer = run["execution_log"]
        assert (hand_over["agent_key"], hand_over["decision"]) == ("triage", "ROUTE_TO_AGENT")
        assert hand_over["decision_full"]["action_details"] == {"target_agent": "judge"}
        assert (answer["agent_key"], answer["decision"]) == ("judge", "RESPOND")
        assert "- Triage: " in answer["prompt"]
        tokens = [step["llm_usage"]["total_tokens"] for step in run["execution_log"]]
        assert min(tokens) > 0
        assert run["usage"]["total_tokens"] == sum(tokens)
    assert state["progress"]["tokens"] > 0

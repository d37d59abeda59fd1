"""Where only words ask for an answer, the guidance of a run stands once: behind the message."""

import pytest

from experiments.runtime.agent_prompts import answer_chat
from experiments.runtime.dialects import OUTPUTS, Dialect, Output, request_body
from experiments.runtime.spec import AgentSpec, NetworkSpec, RunRequest

GUIDANCE = "Say the tone in one word."
SCHEMA = {"type": "object", "properties": {"tone": {"type": "string"}}, "required": ["tone"]}
AGENT = AgentSpec("a", prompt="Judge.")


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_guidance_of_a_run_is_said_once(output: Output) -> None:
    request = RunRequest("hi", schema=SCHEMA, guidance=f" {GUIDANCE}\n", system_params={"a": "b"})
    chat = answer_chat(NetworkSpec("n", (AGENT,)), request, AGENT)
    system, user = request_body(chat, Dialect(output=output), None)["messages"]
    in_words = output in ("json_object", "tools", "prompt")
    assert [GUIDANCE in one["content"] for one in (system, user)] == [not in_words, in_words]
    assert system["content"].startswith("Judge.\n\n")
    assert system["content"].endswith('system_params: {"a": "b"}')

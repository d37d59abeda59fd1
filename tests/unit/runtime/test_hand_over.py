"""Several agents: who is asked what, who hands over to whom, and where it ends."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from experiments.runtime import engine
from experiments.runtime.agent_prompts import REMARK_CHARS, REMARKS
from experiments.runtime.chat import Chat, Completion, ModelError, ModelRefused
from experiments.runtime.engine import AgentSpec, NetworkSpec, RunRequest, RunResult, run

SCHEMA = {"type": "object", "properties": {"tone": {"type": "string"}}, "required": ["tone"]}
TRIAGE = AgentSpec("triage", "Triage", "Find out who knows.", is_default=True, allow_respond=False, routes=("a", "b"))
BILLING = AgentSpec("a", "Billing", "Answer about money.", routes=("triage",))
GREETER = AgentSpec("b", prompt="Say hello.", model="big-model")
NETWORK = NetworkSpec("support", (TRIAGE, BILLING, GREETER), schema=SCHEMA, guidance="Answer in JSON.")
REQUEST = RunRequest("Hello there", system_params={"from": "Zoë"}, default_model="small-model")
ANSWER = '{"tone": "glad"}'


def route(to: Any, why: Any = "because", action: Any = "ROUTE_TO_AGENT") -> str:
    return json.dumps({"action_reasoning": why, "action": action, "target_agent": to})


class Model:
    """Says one text after the other, the last one again and again, and remembers what it was asked."""

    def __init__(self, *texts: str, cut: bool = False) -> None:
        self.texts, self.cut = list(texts), cut
        self.chats: list[Chat] = []

    def __call__(self, chat: Chat) -> Completion:
        self.chats.append(chat)
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        usage = {"prompt_tokens": 20, "response_tokens": 5, "total_tokens": 25}
        return Completion(text, usage, chat.model, 40, cut=self.cut, limit=5)  # type: ignore[arg-type]


def system_text(chat: Chat) -> str:
    return "".join(message["content"] for message in chat.messages if message["role"] == "system")


def error_of(reply: RunResult) -> str:
    assert reply["final"]["status"] == "error"
    assert reply["final"]["response_payload"] is None
    return reply["final"]["error"] or ""


def test_an_agent_hands_over_and_the_next_one_answers() -> None:
    reply = run(NETWORK, REQUEST, Model(route("b", "A greeting."), ANSWER))
    assert reply["final"] == {"status": "ok", "response_payload": {"tone": "glad"}, "error": None}
    first, second = reply["execution_log"]
    assert (first["step"], first["agent_key"], first["decision"]) == (1, "triage", "ROUTE_TO_AGENT")
    assert first["decision_full"] == {
        "action": "ROUTE_TO_AGENT",
        "action_reasoning": "A greeting.",
        "action_details": {"target_agent": "b"},
    }
    assert (first["status"], first["error"]) == ("ok", None)
    assert (second["step"], second["agent_key"], second["decision"]) == (2, "b", "RESPOND")
    assert second["decision_full"]["action_details"] == {"payload": {"tone": "glad"}}


def test_tokens_and_the_model_s_time_are_those_of_all_steps() -> None:
    reply = run(NETWORK, REQUEST, Model(route("a"), route("a", action="RESPOND"), ANSWER))
    assert [step["llm_usage"]["total_tokens"] for step in reply["execution_log"]] == [25, 50]
    assert [step["llm_duration_ms"] for step in reply["execution_log"]] == [40, 80]
    assert reply["llm_usage_totals"] == {"prompt_tokens": 60, "response_tokens": 15, "total_tokens": 75}


def test_an_agent_that_may_not_respond_is_only_offered_its_routes() -> None:
    model = Model(route("b"), ANSWER)
    run(NETWORK, REQUEST, model)
    schema: Any = model.chats[0].schema
    assert schema["properties"]["action"]["enum"] == ["ROUTE_TO_AGENT"]
    assert schema["properties"]["target_agent"]["enum"] == ["a", "b"]
    assert "to answer yourself" not in system_text(model.chats[0])


def test_an_agent_with_routes_that_may_respond_is_offered_both_and_then_asked_for_its_answer() -> None:
    model = Model(route("triage", "I know it.", "RESPOND"), ANSWER)
    reply = run(NETWORK, replace(REQUEST, agent_key="a"), model)
    decision, answer = model.chats
    assert (decision.schema or {})["properties"]["action"]["enum"] == ["RESPOND", "ROUTE_TO_AGENT"]
    assert '"RESPOND" to answer yourself' in system_text(decision)
    assert "Answer in JSON." not in system_text(decision)
    assert answer.schema == SCHEMA
    assert "Answer in JSON." in system_text(answer)
    (step,) = reply["execution_log"]
    assert step["decision_full"] == {
        "action": "RESPOND",
        "action_reasoning": "I know it.",
        "action_details": {"payload": {"tone": "glad"}},
    }


def test_an_agent_is_told_who_its_routes_lead_to() -> None:
    model = Model(route("b"), ANSWER)
    run(NETWORK, REQUEST, model)
    assert '"a" (Billing): Answer about money.' in system_text(model.chats[0])
    assert '"b": Say hello.' in system_text(model.chats[0])


def test_the_next_agent_gets_message_params_and_what_was_said_and_keeps_its_own_model() -> None:
    model = Model(route("b", "A  friendly\nmail."), ANSWER)
    run(NETWORK, REQUEST, model)
    chat = model.chats[1]
    assert chat.messages[-1] == {"role": "user", "content": "Hello there"}
    assert system_text(chat) == (
        "Say hello.\n\nAnswer in JSON.\n\nOther agents read the message before you. They said:\n"
        '- Triage: A friendly mail.\n\nsystem_params: {"from": "Zoë"}'
    )
    assert chat.model == "big-model"


def test_what_is_handed_on_is_bounded() -> None:
    model = Model(route("a", "x" * 5000), *[route("triage", "y" * 5000), route("a", "z" * 5000)] * 6, ANSWER)
    run(replace(NETWORK, max_steps=13), REQUEST, model)
    remarks = system_text(model.chats[-1]).partition("They said:")[2]
    assert remarks.count("\n- ") == REMARKS
    assert len(remarks) < REMARKS * (REMARK_CHARS + 20) + 60
    assert "x" not in remarks.partition("system_params")[0].replace("\n", "")


def test_circles_end_at_the_network_s_limit_with_the_way_in_words() -> None:
    model = Model(route("a"), route("triage"), route("a"))
    reply = run(replace(NETWORK, max_steps=3), REQUEST, model)
    assert error_of(reply) == "No agent answered within 3 steps (max_steps): triage → a → triage → a."
    assert [step["agent_key"] for step in reply["execution_log"]] == ["triage", "a", "triage"]
    assert len(model.chats) == 3


def circling() -> Model:
    class Circle(Model):
        def __call__(self, chat: Chat) -> Completion:
            keys = (chat.schema or {})["properties"]["target_agent"]["enum"]
            self.texts = [route(keys[0])]
            return super().__call__(chat)

    return Circle("")


@pytest.mark.parametrize(
    ("asked", "network", "steps"), [(2, 5, 2), (None, 4, 4), (None, None, 10), (1, None, 1), (None, 0, 10)]
)
def test_the_request_s_limit_goes_before_the_network_s(asked: int | None, network: int | None, steps: int) -> None:
    reply = run(replace(NETWORK, max_steps=network), replace(REQUEST, max_steps=asked), circling())
    assert len(reply["execution_log"]) == steps
    assert f"within {steps} steps" in error_of(reply)


def test_the_last_step_may_answer() -> None:
    reply = run(replace(NETWORK, max_steps=2), REQUEST, Model(route("b"), ANSWER))
    assert reply["final"]["status"] == "ok"


def test_a_long_way_is_told_by_its_end() -> None:
    error = error_of(run(replace(NETWORK, max_steps=1000), REQUEST, circling()))
    assert error.startswith("No agent answered within 1000 steps (max_steps): … → ")
    assert len(error) < 200


def test_nobody_is_asked_after_the_time_in_which_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def clock() -> Iterator[float]:
        now = 0.0
        while True:
            yield now
            now += 1

    ticks = clock()
    monkeypatch.setattr(engine.time, "monotonic", lambda: next(ticks))
    reply = run(replace(NETWORK, timeout_s=12, max_steps=1000), REQUEST, circling())
    assert error_of(reply).startswith("No agent answered within 12 seconds (timeout_s): triage → a → ")
    assert 1 < len(reply["execution_log"]) < 12


@pytest.mark.parametrize("routes", [(), ("nobody",)])
def test_an_agent_that_may_neither_answer_nor_hand_over_is_not_asked(routes: tuple[str, ...]) -> None:
    model = Model(ANSWER)
    reply = run(replace(NETWORK, agents=(replace(TRIAGE, routes=routes),)), REQUEST, model)
    assert error_of(reply) == 'The agent "triage" may not answer, and has no agent to hand over to.'
    assert not model.chats
    assert (reply["execution_log"][0]["decision"], reply["llm_usage_totals"]["total_tokens"]) == (None, 0)
    assert reply["model"] == ""


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("billing, I think", 'The model\'s decision as agent "triage" is not a JSON object: '),
        ("[]", 'The model\'s decision as agent "triage" is not a JSON object: it is JSON, but not an object.'),
        ("{}", 'The agent "triage" decided null; it may only ROUTE_TO_AGENT.'),
        (route("b", action="RESPOND"), 'The agent "triage" decided "RESPOND"; it may only ROUTE_TO_AGENT.'),
        (route("c"), 'The agent "triage" hands over to "c", which is none of its routes (a, b).'),
        (route(["a"]), 'The agent "triage" hands over to ["a"], which is none of its routes (a, b).'),
        (route("x" * 9999), 'The agent "triage" hands over to "xxx'),
    ],
)
def test_a_decision_that_it_may_not_take_is_an_error_in_words(text: str, error: str) -> None:
    reply = run(NETWORK, REQUEST, Model(text))
    assert error_of(reply).startswith(error)
    assert len(error_of(reply)) < 400
    (step,) = reply["execution_log"]
    assert (step["status"], step["decision"], step["decision_full"]) == ("error", None, None)
    assert step["error"] == error_of(reply)


def test_a_decision_that_was_cut_is_said_to_be_cut() -> None:
    reply = run(NETWORK, REQUEST, Model('{"action_reasoning": "I', cut=True))
    assert 'decision as agent "triage" was cut off at its limit of 5 tokens' in error_of(reply)


@pytest.mark.parametrize("why", [None, 5, ["x"], ""])
def test_a_decision_without_a_reason_still_counts(why: Any) -> None:
    reply = run(NETWORK, REQUEST, Model(route("b", why), ANSWER))
    assert reply["final"]["status"] == "ok"
    assert reply["execution_log"][0]["decision_full"]["action_reasoning"] is None


def test_an_answer_that_is_none_after_a_hand_over_is_an_error() -> None:
    reply = run(NETWORK, REQUEST, Model(route("b"), "no"))
    assert error_of(reply).startswith("The model's answer is not a JSON object: ")
    assert [step["status"] for step in reply["execution_log"]] == ["ok", "error"]


def test_what_the_model_refuses_in_the_middle_keeps_the_steps_before() -> None:
    class Tired(Model):
        def __call__(self, chat: Chat) -> Completion:
            if self.chats:
                raise ModelRefused("Too long for the model.")
            return super().__call__(chat)

    reply = run(NETWORK, REQUEST, Tired(route("b")))
    assert error_of(reply) == "Too long for the model."
    assert [step["decision"] for step in reply["execution_log"]] == ["ROUTE_TO_AGENT", None]
    assert reply["llm_usage_totals"]["total_tokens"] == 25


def test_a_model_that_fails_in_the_middle_is_the_caller_s_to_handle() -> None:
    class Broken(Model):
        def __call__(self, chat: Chat) -> Completion:
            if self.chats:
                raise ModelError("The model is down.")
            return super().__call__(chat)

    with pytest.raises(ModelError, match="is down"):
        run(NETWORK, REQUEST, Broken(route("b")))


def test_prompts_and_raw_text_of_every_call_with_debug_and_nowhere_without() -> None:
    texts = (route("a"), route("triage", action="RESPOND"), ANSWER)
    shown = run(NETWORK, replace(REQUEST, debug=True), Model(*texts))
    assert [part["agent"] for part in shown["debug"] or []] == ["triage", "a", "a"]
    assert [part["raw"] for part in shown["debug"] or []] == list(texts)
    second = shown["execution_log"][1]
    assert "Decide what happens next" in second["prompt"]
    assert "Answer in JSON." in second["prompt"]
    assert second["raw_response"] == "\n\n".join(texts[1:])
    plain = json.dumps(run(NETWORK, REQUEST, Model(*texts)))
    assert "Find out who knows" not in plain
    assert "Hello there" not in plain
    assert "raw_response" not in plain

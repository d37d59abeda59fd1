"""One run of a network: which agent answers, what it is asked, what the reply says."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from experiments.runtime.chat import Chat, Completion, ModelError, ModelRefused
from experiments.runtime.engine import AgentSpec, NetworkSpec, RunRequest, RunResult, UnknownAgent, run

SCHEMA = {"type": "object", "properties": {"tone": {"type": "string"}}, "required": ["tone"]}
TRIAGE = AgentSpec("triage", "Triage", "Judge the mail.", is_default=True)
OTHER = AgentSpec("other", prompt="Translate.", model="big-model")
NETWORK = NetworkSpec("support", (OTHER, TRIAGE), version=5, schema=SCHEMA, guidance="Answer in JSON.")
REQUEST = RunRequest("Hello there", default_model="small-model")


class Model:
    """Says `text` to whatever it is asked and remembers the question."""

    def __init__(self, text: str = '{"tone": "positive"}', *, cut: bool = False) -> None:
        self.text, self.cut = text, cut

    def __call__(self, chat: Chat) -> Completion:
        self.chat = chat
        usage = {"prompt_tokens": 20, "response_tokens": 5, "total_tokens": 25}
        return Completion(self.text, usage, chat.model, 40, cut=self.cut, limit=5)  # type: ignore[arg-type]


def asked(network: NetworkSpec = NETWORK, request: RunRequest = REQUEST) -> Chat:
    model = Model()
    run(network, request, model)
    return model.chat


def system_text(chat: Chat) -> str:
    return "".join(message["content"] for message in chat.messages if message["role"] == "system")


def user_text(chat: Chat) -> str:
    return "".join(message["content"] for message in chat.messages if message["role"] == "user")


def test_the_reply_has_every_part_that_clients_rely_on() -> None:
    reply = run(NETWORK, REQUEST, Model())
    assert re.fullmatch("[0-9a-f]{32}", reply["trace_id"])
    assert reply["graph_version_id"] == "support:5"
    assert reply["model"] == "small-model"
    assert reply["run_duration_ms"] >= 0
    assert reply["llm_usage_totals"] == {"prompt_tokens": 20, "response_tokens": 5, "total_tokens": 25}
    assert reply["final"] == {"status": "ok", "response_payload": {"tone": "positive"}, "error": None}
    assert reply["debug"] is None
    json.dumps(reply)


def test_the_log_has_the_one_step_of_the_agent() -> None:
    (step,) = run(NETWORK, REQUEST, Model())["execution_log"]
    assert (step["type"], step["step"], step["agent_key"], step["agent_display_name"]) == (
        "agent",
        1,
        "triage",
        "Triage",
    )
    assert step["decision"] == "RESPOND"
    assert step["decision_full"]["action"] == "RESPOND"
    assert step["decision_full"]["action_details"] == {"payload": {"tone": "positive"}}
    assert step["llm_duration_ms"] == 40
    assert step["llm_usage"]["total_tokens"] == 25
    assert step["timing"]["started_at"].endswith("Z")
    assert step["timing"]["started_at"] <= step["timing"]["ended_at"]


def test_every_run_has_a_trace_of_its_own() -> None:
    assert run(NETWORK, REQUEST, Model())["trace_id"] != run(NETWORK, REQUEST, Model())["trace_id"]


def test_prompts_and_raw_text_are_there_with_debug() -> None:
    reply = run(NETWORK, replace(REQUEST, debug=True), Model())
    (shown,) = reply["debug"] or []
    assert shown["agent"] == "triage"
    assert "Judge the mail." in shown["prompt"]
    assert "Hello there" in shown["prompt"]
    assert shown["raw"] == '{"tone": "positive"}'
    assert reply["execution_log"][0]["prompt"] == shown["prompt"]
    assert reply["execution_log"][0]["raw_response"] == shown["raw"]


def test_prompts_and_raw_text_are_nowhere_without_debug() -> None:
    reply = json.dumps(run(NETWORK, REQUEST, Model('{"tone":   "positive"}')))
    assert "Judge the mail." not in reply
    assert "Hello there" not in reply
    assert '{\\"tone\\":   ' not in reply


def test_the_default_agent_answers_with_the_default_model() -> None:
    chat = asked()
    assert chat.model == "small-model"
    assert "Judge the mail." in system_text(chat)


def test_a_chosen_agent_answers_with_its_own_model() -> None:
    chat = asked(request=replace(REQUEST, agent_key="other"))
    assert chat.model == "big-model"
    assert "Translate." in system_text(chat)


def test_an_only_agent_needs_no_mark_as_default() -> None:
    assert asked(replace(NETWORK, agents=(OTHER,))).model == "big-model"


@pytest.mark.parametrize(
    ("agents", "key", "message"),
    [
        ((TRIAGE,), "nobody", 'no agent "nobody"'),
        ((), None, "no default agent"),
        ((OTHER, replace(TRIAGE, is_default=False)), None, "no default agent"),
    ],
)
def test_an_agent_that_is_not_there_is_a_404(agents: tuple[AgentSpec, ...], key: str | None, message: str) -> None:
    with pytest.raises(UnknownAgent, match=message) as caught:
        run(replace(NETWORK, agents=agents), replace(REQUEST, agent_key=key), Model())
    assert caught.value.status == 404


def test_the_network_s_schema_and_guidance_hold_where_the_run_has_none() -> None:
    chat = asked()
    assert chat.schema == SCHEMA
    assert "Answer in JSON." in system_text(chat)


def test_the_run_s_own_schema_and_guidance_go_before_the_network_s() -> None:
    own = {"type": "object", "properties": {"score": {"type": "integer"}}}
    chat = asked(request=replace(REQUEST, schema=own, guidance="Only a score."))
    assert chat.schema == own
    assert "Only a score." in system_text(chat)
    assert "Answer in JSON." not in system_text(chat)


def test_an_example_is_shown_where_there_is_no_schema() -> None:
    chat = asked(replace(NETWORK, schema=None, example={"tone": "neutral"}))
    assert '{"tone": "neutral"}' in system_text(chat)


def test_an_example_is_not_shown_beside_a_schema() -> None:
    assert "neutral" not in system_text(asked(request=replace(REQUEST, example={"tone": "neutral"})))


def test_the_message_goes_out_as_it_is() -> None:
    assert user_text(asked(request=replace(REQUEST, user_message=" a\r\nb {{x}} "))) == " a\r\nb {{x}} "


def test_system_params_are_shown_to_the_model_after_its_instructions() -> None:
    chat = asked(request=replace(REQUEST, system_params={"customer_email": {"from": "Zoë"}}))
    assert system_text(chat).endswith('\n\nsystem_params: {"customer_email": {"from": "Zoë"}}')
    assert user_text(chat) == REQUEST.user_message


def test_an_agent_that_only_answers_is_asked_in_exactly_these_words() -> None:
    params = {"customer_email": {"from": "Zoë"}}
    assert asked(request=replace(REQUEST, system_params=params)) == Chat(
        (
            {
                "role": "system",
                "content": 'Judge the mail.\n\nAnswer in JSON.\n\nsystem_params: {"customer_email": {"from": "Zoë"}}',
            },
            {"role": "user", "content": "Hello there"},
        ),
        "small-model",
        SCHEMA,
        guidance="Answer in JSON.",
    )


def test_nothing_is_said_of_system_params_where_there_are_none() -> None:
    chat = asked()
    assert "system_params" not in system_text(chat) + user_text(chat)


def final_of(text: str, network: NetworkSpec = NETWORK, *, cut: bool = False) -> Any:
    return run(network, REQUEST, Model(text, cut=cut))["final"]


@pytest.mark.parametrize("text", ['{"tone": 1}', ' {"tone": 1}\n', '```json\n{"tone": 1}\n```', '```\n{"tone": 1}```'])
def test_an_object_is_handed_on_whether_or_not_it_fits_the_schema(text: str) -> None:
    assert final_of(text) == {"status": "ok", "response_payload": {"tone": 1}, "error": None}


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert final_of(r'{"tone": "\\u0000"}')["response_payload"] == {"tone": r"\u0000"}


@pytest.mark.parametrize(
    "text",
    [
        "It is positive.",
        "",
        '["positive"]',
        '{"tone": "pos',
        '{"tone": NaN}',
        '{"tone": 1e999}',
        '{"tone": %s}' % ("9" * 5000),
        r'{"tone": "\u0000"}',
        r'{"tone": "\ud800"}',
        "[" * 100_000,
    ],
)
def test_an_answer_that_is_no_object_to_store_is_an_error(text: str) -> None:
    final = final_of(text)
    assert final["status"] == "error"
    assert final["response_payload"] is None
    assert final["error"].startswith("The model's answer is not a JSON object: ")


def test_an_error_shows_no_decision() -> None:
    (step,) = run(NETWORK, REQUEST, Model("no"))["execution_log"]
    assert (step["status"], step["decision"], step["decision_full"]) == ("error", None, None)


def test_an_answer_that_was_cut_is_said_to_be_cut() -> None:
    assert "cut off at its limit of 5 tokens" in final_of('{"tone": "pos', cut=True)["error"]


@pytest.mark.parametrize(("text", "payload"), [("Fine.", {"response": "Fine."}), ('{"a": 1}', {"a": 1})])
def test_free_text_becomes_a_response_where_no_schema_is_asked_for(text: str, payload: dict[str, Any]) -> None:
    assert final_of(text, replace(NETWORK, schema=None))["response_payload"] == payload


def test_what_the_model_refuses_is_an_error_of_the_run() -> None:
    def refuse(chat: Chat) -> Completion:
        raise ModelRefused("Too long for the model.")

    reply: RunResult = run(NETWORK, REQUEST, refuse)
    assert reply["final"] == {"status": "error", "response_payload": None, "error": "Too long for the model."}
    assert reply["execution_log"][0]["error"] == "Too long for the model."


def test_a_model_that_fails_is_the_caller_s_to_handle() -> None:
    def fail(chat: Chat) -> Completion:
        raise ModelError("The model is down.")

    with pytest.raises(ModelError, match="is down"):
        run(NETWORK, REQUEST, fail)


class Priced(Model):
    """Says what each call costs, one after the other."""

    def __init__(self, *costs: str | None) -> None:
        super().__init__()
        self.costs = [None if cost is None else Decimal(cost) for cost in costs]

    def __call__(self, chat: Chat) -> Completion:
        return replace(super().__call__(chat), cost=self.costs.pop(0))


def test_the_provider_s_cost_is_passed_on() -> None:
    reply = run(NETWORK, REQUEST, Priced("0.25"))
    assert (reply["cost"], reply["execution_log"][0]["cost"]) == (0.25, 0.25)
    json.dumps(reply)


def test_where_the_provider_does_not_say_there_is_none() -> None:
    reply = run(NETWORK, REQUEST, Priced(None))
    assert (reply["cost"], reply["execution_log"][0]["cost"]) == (None, None)

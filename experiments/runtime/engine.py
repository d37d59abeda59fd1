"""The agent runtime: one run of an agent network, from values to the reply of `POST /run`.

It knows neither the database nor HTTP. An agent is asked once and responds; how the model is reached is handed in.
"""

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, TypedDict

from experiments.errors import WorkbenchError
from experiments.runtime.llm import Chat, Completion, Message, ModelRefused, Usage

Complete = Callable[[Chat], Completion]

NO_USAGE: Usage = {"prompt_tokens": 0, "response_tokens": 0, "total_tokens": 0}


_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class UnknownAgent(WorkbenchError):
    """The network has no such agent, or none that answers by default."""

    status = 404


@dataclass(frozen=True)
class AgentSpec:
    """One agent. `routes` are keys of agents it may hand over to; `model` blank: the run's default model."""

    key: str
    display_name: str = ""
    prompt: str = ""
    is_default: bool = False
    allow_respond: bool = True
    routes: tuple[str, ...] = ()
    model: str = ""


@dataclass(frozen=True)
class NetworkSpec:
    """A network as it is at the moment of a run. `schema`, `guidance`, `example` describe the answer, where given."""

    name: str
    agents: tuple[AgentSpec, ...]
    version: int | None = None
    max_steps: int | None = None
    schema: Mapping[str, Any] | None = None
    guidance: str = ""
    example: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class RunRequest:
    """What `POST /run` asks. Its own `schema`, `guidance` and `example` go before the network's, each by itself."""

    user_message: str
    system_params: Mapping[str, Any] = field(default_factory=dict)
    agent_key: str | None = None
    debug: bool = False
    default_model: str = ""
    schema: Mapping[str, Any] | None = None
    guidance: str | None = None
    example: Mapping[str, Any] | None = None


class Final(TypedDict):
    """`status` is `ok`, `error` or `not_implemented`; exactly one of the other two is not null."""

    status: str
    response_payload: dict[str, Any] | None
    error: str | None


class RunResult(TypedDict):
    """The body of a reply of `POST /run`, as it goes over the wire."""

    trace_id: str
    graph_version_id: str
    model: str
    run_duration_ms: int
    execution_log: list[dict[str, Any]]
    llm_usage_totals: Usage
    final: Final
    debug: list[dict[str, str]] | None


class UnreadableAnswer(ValueError):
    """What the model wrote is no JSON object that can be stored. The message says why."""


def run(spec: NetworkSpec, request: RunRequest, complete: Complete) -> RunResult:
    """Answers `request` by one agent of `spec`.

    An answer that is no JSON object, or that the model refused to give, is a result with `final.status` `error`;
    whether it satisfies its schema is the client's to judge. Raises `UnknownAgent`, and `ModelError` from `complete`.
    """
    agent = chosen_agent(spec, request.agent_key)
    clock = time.monotonic()
    if not agent.allow_respond:
        error = f'The agent "{agent.key}" may not answer by itself, and this runtime does not hand over between agents.'
        return _result(spec, _failed("not_implemented", error), "", [], NO_USAGE, None, clock)
    chat = chat_for(spec, request, agent)
    began = datetime.now(UTC)
    try:
        completion = complete(chat)
        final = _final(completion, chat)
    except ModelRefused as refusal:
        completion = Completion("", NO_USAGE, chat.model, _since(clock))
        final = _failed("error", refusal.detail)
    step = _agent_step(agent, completion, final, began, _since(clock))
    debug = None
    if request.debug:
        shown = _shown(chat.messages)
        step |= {"prompt": shown, "raw_response": completion.text}
        debug = [{"agent": agent.key, "prompt": shown, "raw": completion.text}]
    return _result(spec, final, completion.model or chat.model, [step], completion.usage, debug, clock)


def chosen_agent(spec: NetworkSpec, key: str | None) -> AgentSpec:
    """The agent named `key`; without a key the default one, or the only one there is."""
    if key:
        named = [agent for agent in spec.agents if agent.key == key]
        detail = f'The network "{spec.name}" has no agent "{key}".'
    else:
        named = [agent for agent in spec.agents if agent.is_default] or list(spec.agents)
        detail = f'The network "{spec.name}" has no default agent.'
        named = named if len(spec.agents) == 1 or any(agent.is_default for agent in named) else []
    if not named:
        raise UnknownAgent(detail, code="unknown_agent", attr="agent_key")
    return named[0]


def chat_for(spec: NetworkSpec, request: RunRequest, agent: AgentSpec) -> Chat:
    """The request to the model: the agent's prompt, what is said of the answer and the system params; then the message.

    System params come as one line of JSON after the instructions: behind the message a small model takes them for the
    matter itself, and before the instructions they would spoil the prefix that endpoints cache.
    """
    schema = request.schema if request.schema is not None else spec.schema
    guidance = request.guidance if request.guidance is not None else spec.guidance
    example = request.example if request.example is not None else spec.example
    parts = [agent.prompt.strip(), guidance.strip()]
    if schema is None and example is not None:
        # Beside a schema an example adds nothing but its own values, which small models then repeat.
        parts.append(f"An example of an answer: {json.dumps(example, ensure_ascii=False)}")
    if request.system_params:
        parts.append(f"system_params: {json.dumps(request.system_params, ensure_ascii=False)}")
    system: list[Message] = [{"role": "system", "content": text} for text in ["\n\n".join(filter(None, parts))] if text]
    user: Message = {"role": "user", "content": request.user_message}
    return Chat((*system, user), agent.model or request.default_model, schema)


def parse_answer(text: str) -> dict[str, Any]:
    """The JSON object that `text` is, perhaps in a code fence. Raises `UnreadableAnswer`.

    Refused, because they cannot be stored or sent on: NaN and infinities, NUL and lone surrogates.
    """
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```") and "\n" in bare:
        bare = bare.partition("\n")[2].removesuffix("```")
    if _NUL_ESCAPE.search(bare):
        raise UnreadableAnswer("it contains a NUL character")
    try:
        answer = json.loads(bare, parse_constant=_no_constant, parse_float=_finite)
        json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise UnreadableAnswer("it contains half a surrogate pair") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswer(str(error)) from error
    if not isinstance(answer, dict):
        raise UnreadableAnswer("it is JSON, but not an object")
    return answer


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number


def _final(completion: Completion, chat: Chat) -> Final:
    try:
        return {"status": "ok", "response_payload": parse_answer(completion.text), "error": None}
    except UnreadableAnswer as unreadable:
        if completion.cut:
            return _failed("error", f"The model's answer was cut off at its limit of {chat.max_tokens} tokens.")
        if chat.schema is None:
            return {"status": "ok", "response_payload": {"response": completion.text}, "error": None}
        return _failed("error", f"The model's answer is not a JSON object: {unreadable}.")


def _failed(status: str, error: str) -> Final:
    return {"status": status, "response_payload": None, "error": error}


def _agent_step(
    agent: AgentSpec, completion: Completion, final: Final, began: datetime, duration_ms: int
) -> dict[str, Any]:
    payload = final["response_payload"]
    details = {"action": "RESPOND", "action_reasoning": None, "action_details": {"payload": payload}}
    return {
        "type": "agent",
        "step": 1,
        "agent_key": agent.key,
        "agent_display_name": agent.display_name or agent.key,
        "status": final["status"],
        "error": final["error"],
        "decision": None if payload is None else "RESPOND",
        "decision_full": None if payload is None else details,
        "llm_usage": completion.usage,
        "duration_ms": duration_ms,
        "llm_duration_ms": completion.duration_ms,
        "timing": {"started_at": _iso(began), "ended_at": _iso(began + timedelta(milliseconds=duration_ms))},
    }


def _result(
    spec: NetworkSpec,
    final: Final,
    model: str,
    steps: list[dict[str, Any]],
    usage: Usage,
    debug: list[dict[str, str]] | None,
    clock: float,
) -> RunResult:
    return {
        "trace_id": uuid.uuid4().hex,
        "graph_version_id": spec.name if spec.version is None else f"{spec.name}:{spec.version}",
        "model": model,
        "run_duration_ms": _since(clock),
        "execution_log": steps,
        "llm_usage_totals": usage,
        "final": final,
        "debug": debug,
    }


def _shown(messages: tuple[Message, ...]) -> str:
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)


def _since(clock: float) -> int:
    return round((time.monotonic() - clock) * 1000)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

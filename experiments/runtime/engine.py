"""The agent runtime: one run of an agent network, from values to the reply of `POST /run`.

It knows neither the database nor HTTP; how the model is reached is handed in. An agent that may only answer is asked
for its answer. One with routes is asked first what should happen next, and hands the message over or answers.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

from experiments.runtime.agent_prompts import RESPOND, ROUTE, HandOver, answer_chat, decision_chat
from experiments.runtime.llm import Chat, Completion, Message, ModelRefused, Usage
from experiments.runtime.model_output import UnreadableAnswer, read_answer, read_decision
from experiments.runtime.spec import AgentSpec, NetworkSpec, RunRequest, UnknownAgent, chosen_agent, step_limit

__all__ = ["AgentSpec", "NetworkSpec", "RunRequest", "RunResult", "UnknownAgent", "run"]

Complete = Callable[[Chat], Completion]

PATH_LENGTH = 10


class Final(TypedDict):
    """`status` is `ok` or `error`; exactly one of the other two is not null."""

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


@dataclass
class _Step:
    """One agent at work: what it was asked, what came of it. With neither `final` nor `hand`, it is still at it."""

    agent: AgentSpec
    clock: float = field(default_factory=time.monotonic)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: list[tuple[Chat, Completion]] = field(default_factory=list)
    reasoning: str | None = None
    hand: HandOver | None = None
    final: Final | None = None

    def ask(self, chat: Chat, complete: Complete) -> Completion:
        start = time.monotonic()
        self.asked.append((chat, Completion("", _usage([]), chat.model, 0)))
        try:
            completion = complete(chat)
        except ModelRefused:
            self.asked[-1] = (chat, Completion("", _usage([]), chat.model, _since(start)))
            raise
        self.asked[-1] = (chat, completion)
        return completion


def run(spec: NetworkSpec, request: RunRequest, complete: Complete) -> RunResult:
    """Answers `request` by the agents of `spec`.

    An answer that is no JSON object or that the model refused to give, a decision that the agent may not take, and
    hand-overs without end are results with `final.status` `error`; whether an answer satisfies its schema is the
    client's to judge. Raises `UnknownAgent`, and `ModelError` from `complete`.
    """
    agent = chosen_agent(spec, request.agent_key)
    clock = time.monotonic()
    steps: list[_Step] = []
    log: list[dict[str, Any]] = []
    final: Final | None = None
    while final is None:
        step = _Step(agent)
        _take(step, spec, request, tuple(done.hand for done in steps if done.hand), complete)
        steps.append(step)
        log.append(_logged(len(steps), step, debug=request.debug))
        final = step.final or _stopped(spec, request, steps, clock)
        agent = step.hand.to if step.hand else agent
    return _result(spec, request, final, steps, log, clock)


def _take(
    step: _Step, spec: NetworkSpec, request: RunRequest, before: tuple[HandOver, ...], complete: Complete
) -> None:
    """Asks the step's agent, and notes its answer, its hand-over or what went wrong."""
    agent = step.agent
    routes = [other for other in map(spec.agent, agent.routes) if other]
    if not routes and not agent.allow_respond:
        step.final = _failed(f'The agent "{agent.key}" may not answer, and has no agent to hand over to.')
        return
    try:
        if routes:
            chat = decision_chat(request, agent, routes, before)
            decision = read_decision(step.ask(chat, complete), chat, agent, routes)
            step.reasoning = decision.reasoning or None
            if decision.to:
                step.hand = HandOver(agent, decision.to, decision.reasoning)
                return
        chat = answer_chat(spec, request, agent, before)
        payload = read_answer(step.ask(chat, complete), chat)
        step.final = {"status": "ok", "response_payload": payload, "error": None}
    except ModelRefused as refusal:
        step.final = _failed(refusal.detail)
    except UnreadableAnswer as unreadable:
        step.final = _failed(str(unreadable))


def _stopped(spec: NetworkSpec, request: RunRequest, steps: list[_Step], clock: float) -> Final | None:
    """The end of a run that only went from agent to agent."""
    limit, seconds = step_limit(spec, request), spec.timeout_s
    if len(steps) >= limit:
        return _failed(f"No agent answered within {limit} steps (max_steps): {_path(steps)}.")
    if seconds and time.monotonic() - clock > seconds:
        return _failed(f"No agent answered within {seconds:g} seconds (timeout_s): {_path(steps)}.")
    return None


def _path(steps: list[_Step]) -> str:
    """The last agents, and who would have been next."""
    keys = [step.agent.key for step in steps] + [step.hand.to.key for step in steps[-1:] if step.hand]
    return " → ".join(["…", *keys[-PATH_LENGTH:]] if len(keys) > PATH_LENGTH else keys)


def _failed(error: str) -> Final:
    return {"status": "error", "response_payload": None, "error": error}


def _logged(number: int, step: _Step, *, debug: bool) -> dict[str, Any]:
    """The step as an entry of the execution log."""
    duration_ms = _since(step.clock)
    decision = _decision(step)
    entry = {
        "type": "agent",
        "step": number,
        "agent_key": step.agent.key,
        "agent_display_name": step.agent.name,
        "status": step.final["status"] if step.final else "ok",
        "error": step.final["error"] if step.final else None,
        "decision": decision and decision["action"],
        "decision_full": decision,
        "llm_usage": _usage([completion for _, completion in step.asked]),
        "duration_ms": duration_ms,
        "llm_duration_ms": sum(completion.duration_ms for _, completion in step.asked),
        "timing": {"started_at": _iso(step.began), "ended_at": _iso(step.began + timedelta(milliseconds=duration_ms))},
    }
    if debug and step.asked:
        shown = _debug(step)
        entry["prompt"] = "\n\n".join(part["prompt"] for part in shown)
        entry["raw_response"] = "\n\n".join(part["raw"] for part in shown)
    return entry


def _decision(step: _Step) -> dict[str, Any] | None:
    if step.hand:
        details: dict[str, Any] = {"target_agent": step.hand.to.key}
        return {"action": ROUTE, "action_reasoning": step.reasoning, "action_details": details}
    if step.final and step.final["status"] == "ok":
        details = {"payload": step.final["response_payload"]}
        return {"action": RESPOND, "action_reasoning": step.reasoning, "action_details": details}
    return None


def _debug(step: _Step) -> list[dict[str, str]]:
    return [
        {"agent": step.agent.key, "prompt": _shown(chat.messages), "raw": completion.text}
        for chat, completion in step.asked
    ]


def _result(
    spec: NetworkSpec,
    request: RunRequest,
    final: Final,
    steps: list[_Step],
    log: list[dict[str, Any]],
    clock: float,
) -> RunResult:
    asked = [pair for step in steps for pair in step.asked]
    models = [completion.model or chat.model for chat, completion in asked]
    return {
        "trace_id": uuid.uuid4().hex,
        "graph_version_id": spec.name if spec.version is None else f"{spec.name}:{spec.version}",
        "model": models[-1] if models else "",
        "run_duration_ms": _since(clock),
        "execution_log": log,
        "llm_usage_totals": _usage([completion for _, completion in asked]),
        "final": final,
        "debug": [part for step in steps for part in _debug(step)] if request.debug else None,
    }


def _usage(completions: list[Completion]) -> Usage:
    used = [completion.usage for completion in completions]
    return {
        "prompt_tokens": sum(usage["prompt_tokens"] for usage in used),
        "response_tokens": sum(usage["response_tokens"] for usage in used),
        "total_tokens": sum(usage["total_tokens"] for usage in used),
    }


def _shown(messages: tuple[Message, ...]) -> str:
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)


def _since(clock: float) -> int:
    return round((time.monotonic() - clock) * 1000)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The agent runtime: one run of an agent network, from values to the reply of `POST /run`.

It knows neither the database nor HTTP: the caller hands in how the model is reached. An agent without routes is asked
for its answer. One with routes is asked first what should happen next, and hands the message over or answers.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NotRequired, TypedDict

from experiments.core.choices import RowError
from experiments.core.json_text import beginning
from experiments.runtime.agent_prompts import RESPOND, ROUTE, HandOver, answer_chat, decision_chat, mending_chat
from experiments.runtime.chat import (
    Chat,
    Completion,
    ModelError,
    ModelRefused,
    PromptFiltered,
    Usage,
    total_cost,
    total_usage,
)
from experiments.runtime.model_output import UnreadableAnswer, read_answer, read_decision
from experiments.runtime.spec import AgentSpec, NetworkSpec, RunRequest, UnknownAgent, chosen_agent, step_limit

__all__ = ["AgentSpec", "NetworkSpec", "RunRequest", "RunResult", "UnknownAgent", "run"]

Complete = Callable[[Chat], Completion]

PATH_LENGTH = 10
"""Agents that an error names, the last ones and who would have been next."""


class Repaired(TypedDict):
    """Why an answer was asked for once more, and the beginning of the first one where that could not be read."""

    problem: str
    unread: str


class Final(TypedDict):
    """`status` is `ok` or `error`; exactly one of the next two is not null.

    `error_code` is one of `SAID_BY_RUNTIME`, `unread` the beginning of an answer that could not be read. Both are there
    with an error only, and `repaired` where an answer was asked for once more.
    """

    status: str
    response_payload: dict[str, Any] | None
    error: str | None
    error_code: NotRequired[str]
    unread: NotRequired[str]
    repaired: NotRequired[Repaired]


class Used(TypedDict):
    """What a run used; `cost` as the provider says, null where it does not."""

    llm_usage_totals: Usage
    cost: float | None


class RunResult(Used):
    """The body of a reply of `POST /run`, as it goes over the wire."""

    trace_id: str
    graph_version_id: str
    model: str
    run_duration_ms: int
    execution_log: list[dict[str, Any]]
    final: Final
    debug: list[dict[str, str]] | None


@dataclass(frozen=True)
class Broken:
    """What was wrong with an answer or a decision, and with what it may be asked for once more.

    `final` is the end of the run where that brings nothing.
    """

    problem: str
    chat: Chat
    of_answer: bool
    text: str
    final: Final


@dataclass
class Step:
    """One agent at work: what it was asked, and what it gave. Without `final` and `hand_over` it is not done yet.

    `mends`: it is asked once more for what was broken in the step before. `broken`: what may be asked for once more.
    """

    agent: AgentSpec
    mends: Broken | None = None
    clock: float = field(default_factory=time.monotonic)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: list[tuple[Chat, Completion]] = field(default_factory=list)
    reasoning: str | None = None
    hand_over: HandOver | None = None
    final: Final | None = None
    broken: Broken | None = None

    def take(self, spec: NetworkSpec, request: RunRequest, before: tuple[HandOver, ...], complete: Complete) -> None:
        """Asks the agent, and notes its answer, its hand-over or what went wrong."""
        agent = self.agent
        routes = [other for other in map(spec.agent, agent.routes) if other]
        if not routes and not agent.allow_respond:
            self.final = _failed(f'The agent "{agent.key}" may not answer, and has no agent to hand over to.')
            return
        mends, of_answer = self.mends, not routes
        try:
            if routes and not (mends and mends.of_answer):
                chat = mends.chat if mends else decision_chat(request, agent, routes, before)
                decision = read_decision(self.ask(chat, complete), chat, agent, routes)
                self.reasoning = decision.reasoning or None
                if decision.to:
                    self.hand_over = HandOver(agent, decision.to, decision.reasoning)
                    return
            of_answer = True
            chat = mends.chat if mends and mends.of_answer else answer_chat(spec, request, agent, before)
            payload = read_answer(self.ask(chat, complete), chat)
            self.final = {"status": "ok", "response_payload": payload, "error": None}
            problem = request.check(payload) if request.repair and request.check else None
            if problem is not None:
                self.note_broken(problem, "", of_answer=True)
        except ModelRefused as refusal:
            filtered = isinstance(refusal, PromptFiltered)
            self.final = mends.final if mends else _failed(refusal.detail, RowError.FILTERED if filtered else None)
        except UnreadableAnswer as unreadable:
            self.final = _failed(str(unreadable), unreadable.error_code, unreadable.text)
            if unreadable.may_be_mended:
                self.note_broken(str(unreadable), unreadable.text, of_answer=of_answer)
        if mends and self.final:
            self.final["repaired"] = {"problem": mends.problem, "unread": beginning(mends.text)}

    def note_broken(self, problem: str, text: str, *, of_answer: bool) -> None:
        chat, completion = self.asked[-1]
        assert self.final is not None
        self.broken = Broken(problem, mending_chat(chat, completion.text, problem), of_answer, text, self.final)

    def ask(self, chat: Chat, complete: Complete) -> Completion:
        start = time.monotonic()
        self.asked.append((chat, Completion("", total_usage([]), chat.model, 0)))
        try:
            completion = complete(chat)
        except ModelRefused:
            self.asked[-1] = (chat, Completion("", total_usage([]), chat.model, _milliseconds_since(start)))
            raise
        self.asked[-1] = (chat, completion)
        return completion

    def log_entry(self, number: int, *, debug: bool) -> dict[str, Any]:
        """The step as an entry of the execution log."""
        duration_ms = _milliseconds_since(self.clock)
        decision = self.decision()
        error = self.final["error"] if self.final else self.broken.problem if self.broken else None
        entry = {
            "type": "agent",
            "step": number,
            "agent_key": self.agent.key,
            "agent_display_name": self.agent.name,
            "status": "ok" if error is None else "error",
            "error": error,
            "repairs": self.mends.problem if self.mends else None,
            "decision": decision and decision["action"],
            "decision_full": decision,
            "llm_usage": total_usage([completion for _, completion in self.asked]),
            "llm_calls": len(self.asked),
            "cost": total_cost([completion for _, completion in self.asked]),
            "duration_ms": duration_ms,
            "llm_duration_ms": sum(completion.duration_ms for _, completion in self.asked),
            "timing": {
                "started_at": _iso(self.began),
                "ended_at": _iso(self.began + timedelta(milliseconds=duration_ms)),
            },
        }
        if debug and self.asked:
            calls = self.debug_calls()
            entry["prompt"] = "\n\n".join(call["prompt"] for call in calls)
            entry["raw_response"] = "\n\n".join(call["raw"] for call in calls)
            entry["thoughts"] = "\n\n".join(filter(None, (completion.thoughts for _, completion in self.asked)))
        return entry

    def decision(self) -> dict[str, Any] | None:
        if self.hand_over:
            details: dict[str, Any] = {"target_agent": self.hand_over.to.key}
            return {"action": ROUTE, "action_reasoning": self.reasoning, "action_details": details}
        if self.final and self.final["status"] == "ok":
            details = {"payload": self.final["response_payload"]}
            return {"action": RESPOND, "action_reasoning": self.reasoning, "action_details": details}
        return None

    def debug_calls(self) -> list[dict[str, str]]:
        """Each call of the model: its prompt, and what the model wrote."""
        calls = []
        for chat, completion in self.asked:
            prompt = "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in chat.messages)
            calls.append({"agent": self.agent.key, "prompt": prompt, "raw": completion.text})
        return calls


def run(spec: NetworkSpec, request: RunRequest, complete: Complete) -> RunResult:
    """Answers `request` by the agents of `spec`.

    An answer that is not a JSON object or that the model refused to give, a decision that the agent may not take, and
    hand-overs without end are results with `final.status` `error`; whether an answer satisfies its schema is the
    client's to judge. With `request.repair` an answer that is none, or that `request.check` finds wrong, is asked for
    once more, in a step of its own that does not count toward the limit of steps. Raises `UnknownAgent`, and
    `ModelError` from `complete`.
    """
    agent = chosen_agent(spec, request.agent_key)
    clock = time.monotonic()
    steps: list[Step] = []
    log: list[dict[str, Any]] = []
    final: Final | None = None
    mends: Broken | None = None
    while final is None:
        step = Step(agent, mends)
        before = tuple(done.hand_over for done in steps if done.hand_over)
        steps.append(step)
        try:
            step.take(spec, request, before, complete)
        except ModelError as error:
            # What was used before it failed is paid for.
            used = _used([call for one in steps for _, call in one.asked])
            if used["llm_usage_totals"]["total_tokens"]:
                error.extra |= used
            raise
        mends = step.broken if request.repair and mends is None and not _is_late(spec, clock) else None
        if mends:
            step.final = None
        log.append(step.log_entry(len(steps), debug=request.debug))
        final = None if mends else step.final or _stopped(spec, request, steps, clock)
        agent = step.hand_over.to if step.hand_over else agent
    asked = [call for step in steps for call in step.asked]
    models = [completion.model or chat.model for chat, completion in asked]
    return {
        "trace_id": uuid.uuid4().hex,
        "graph_version_id": spec.name if spec.version is None else f"{spec.name}:{spec.version}",
        "model": models[-1] if models else "",
        "run_duration_ms": _milliseconds_since(clock),
        "execution_log": log,
        **_used([completion for _, completion in asked]),
        "final": final,
        "debug": [call for step in steps for call in step.debug_calls()] if request.debug else None,
    }


def _used(completions: list[Completion]) -> Used:
    return {"llm_usage_totals": total_usage(completions), "cost": total_cost(completions)}


def _stopped(spec: NetworkSpec, request: RunRequest, steps: list[Step], clock: float) -> Final | None:
    """The end of a run in which agents only hand over; None while it may continue."""
    limit = step_limit(spec, request)
    steps = [step for step in steps if step.hand_over]  # without those that were asked once more
    keys = [step.agent.key for step in steps] + [step.hand_over.to.key for step in steps[-1:] if step.hand_over]
    path = " → ".join(["…", *keys[-PATH_LENGTH:]] if len(keys) > PATH_LENGTH else keys)
    if len(steps) >= limit:
        return _failed(f"No agent answered within {limit} steps (max_steps): {path}.")
    if _is_late(spec, clock):
        return _failed(f"No agent answered within {spec.timeout_s:g} seconds (timeout_s): {path}.")
    return None


def _is_late(spec: NetworkSpec, clock: float) -> bool:
    return bool(spec.timeout_s) and time.monotonic() - clock > (spec.timeout_s or 0)


def _failed(error: str, error_code: RowError | None = None, text: str = "") -> Final:
    final: Final = {"status": "error", "response_payload": None, "error": error}
    if error_code is not None:
        final["error_code"] = error_code
    if text:
        final["unread"] = beginning(text)
    return final


def _milliseconds_since(clock: float) -> int:
    return round((time.monotonic() - clock) * 1000)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""What an agent is asked: for the answer itself, or first what should happen next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import shorten
from experiments.runtime.llm import Chat, Message
from experiments.runtime.spec import AgentSpec, NetworkSpec, RunRequest

RESPOND = "RESPOND"
ROUTE = "ROUTE_TO_AGENT"

# Characters, and hand-overs: what agents said before stays a small part of what the next one reads.
SAID_CHARS = 600
SAID_STEPS = 6
ABOUT_CHARS = 200


@dataclass(frozen=True)
class HandOver:
    """One agent passed the message on: `said` is why, in its own words."""

    agent: AgentSpec
    to: AgentSpec
    said: str


def answer_chat(spec: NetworkSpec, request: RunRequest, agent: AgentSpec, before: Sequence[HandOver] = ()) -> Chat:
    """Asks for the answer: the agent's prompt, what is said of the answer and the system params; then the message.

    System params come as one line of JSON after the instructions: behind the message a small model takes them for the
    matter itself, and before the instructions they would spoil the prefix that endpoints cache. What agents `before`
    said stands between the two, for the same reasons.
    """
    schema = request.schema if request.schema is not None else spec.schema
    guidance = request.guidance if request.guidance is not None else spec.guidance
    example = request.example if request.example is not None else spec.example
    parts = [agent.prompt.strip(), guidance.strip()]
    if schema is None and example is not None:
        # Beside a schema an example adds nothing but its own values, which small models then repeat.
        parts.append(f"An example of an answer: {json.dumps(example, ensure_ascii=False)}")
    return _chat(request, agent, [*parts, _said(before)], schema)


def decision_chat(request: RunRequest, agent: AgentSpec, to: Sequence[AgentSpec], before: Sequence[HandOver]) -> Chat:
    """Asks what happens next, by a schema that leaves only what the agent may do.

    The answer itself is asked for afterwards: small models fill one flat object well, and alternatives badly.
    """
    return _chat(request, agent, [agent.prompt.strip(), _choices(agent, to), _said(before)], decision_schema(agent, to))


def decision_schema(agent: AgentSpec, to: Sequence[AgentSpec]) -> dict[str, Any]:
    """`target_agent` is always there, and counts only with `ROUTE_TO_AGENT`."""
    actions = [RESPOND, ROUTE] if agent.allow_respond else [ROUTE]
    return {
        "type": "object",
        "properties": {
            "action_reasoning": {"type": "string"},
            "action": {"type": "string", "enum": actions},
            "target_agent": {"type": "string", "enum": [other.key for other in to]},
        },
        "required": ["action_reasoning", "action", "target_agent"],
        "additionalProperties": False,
    }


def _chat(request: RunRequest, agent: AgentSpec, parts: list[str], schema: Any) -> Chat:
    if request.system_params:
        parts = [*parts, f"system_params: {json.dumps(request.system_params, ensure_ascii=False)}"]
    system: list[Message] = [{"role": "system", "content": text} for text in ["\n\n".join(filter(None, parts))] if text]
    user: Message = {"role": "user", "content": request.user_message}
    return Chat((*system, user), agent.model or request.default_model, schema)


def _choices(agent: AgentSpec, to: Sequence[AgentSpec]) -> str:
    answer = f'"{RESPOND}" to answer yourself, ' if agent.allow_respond else ""
    return "\n".join(
        [
            "Do not answer yet. Decide what happens next, and reply with JSON:",
            '- "action_reasoning": in one or two sentences what you found and why you decide so, for the next agent.',
            f'- "action": {answer}"{ROUTE}" to hand over.',
            f'- "target_agent": who takes over with "{ROUTE}", one of:',
            *(f"  - {_about(other)}" for other in to),
        ]
    )


def _about(agent: AgentSpec) -> str:
    words = " ".join(agent.prompt.split())
    named = f'"{agent.key}"' + (f" ({agent.display_name})" if agent.display_name else "")
    return f"{named}: {shorten(words, ABOUT_CHARS)}" if words else named


def _said(before: Sequence[HandOver]) -> str:
    if not before:
        return ""
    lines = [
        f"- {hand.agent.name}: {shorten(' '.join(hand.said.split()), SAID_CHARS) or '(nothing)'}"
        for hand in before[-SAID_STEPS:]
    ]
    return "\n".join(["Other agents read the message before you. They said:", *lines])

"""What an agent is asked: for the answer itself, or first what should happen next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.core.formatting import shorten
from experiments.core.json_numbers import to_json
from experiments.runtime.chat import Chat, Message
from experiments.runtime.spec import AgentSpec, NetworkSpec, RunRequest

RESPOND = "RESPOND"
ROUTE = "ROUTE_TO_AGENT"

# Characters, and hand-overs: what agents said before stays a small part of what the next one reads.
REMARK_CHARS = 600
REMARKS = 6
PURPOSE_CHARS = 200
SAID_CHARS = 20_000


@dataclass(frozen=True)
class HandOver:
    """One agent passed the message on, and why, in its own words."""

    agent: AgentSpec
    to: AgentSpec
    reasoning: str


def answer_chat(spec: NetworkSpec, request: RunRequest, agent: AgentSpec, before: Sequence[HandOver] = ()) -> Chat:
    """Asks for the answer: the agent's prompt, how the answer should look and the system params; then the message.

    System params come as one line of JSON after the instructions: behind the message a small model takes them for part
    of it, and before the instructions they would spoil the prefix that endpoints cache. What agents `before` said comes
    between the two, for the same reasons.
    """
    schema = request.schema if request.schema is not None else spec.schema
    guidance = request.guidance if request.guidance is not None else spec.guidance
    example = request.example if request.example is not None else spec.example
    parts = [agent.prompt.strip(), guidance.strip()]
    if schema is None and example is not None:
        # Beside a schema an example adds nothing but its own values, which small models then repeat.
        parts.append(f"An example of an answer: {to_json(example)}")
    return _chat(request, agent, [*parts, _remarks(before)], schema, guidance.strip())


def decision_chat(request: RunRequest, agent: AgentSpec, to: Sequence[AgentSpec], before: Sequence[HandOver]) -> Chat:
    """Asks what happens next, by a schema that leaves only what the agent may do.

    The answer itself is asked for afterwards: small models fill one flat object well, and alternatives badly.
    """
    return _chat(
        request, agent, [agent.prompt.strip(), _next_steps(agent, to), _remarks(before)], decision_schema(agent, to)
    )


def mending_chat(chat: Chat, said: str, problem: str) -> Chat:
    """Asks once more in the same conversation, with what was wrong with what the model `said`."""
    answer: Message = {"role": "assistant", "content": shorten(said, SAID_CHARS) or "(nothing)"}
    wish = f"This cannot be used. {problem}\nAnswer once more, with one JSON object that is right, and nothing else."
    again: Message = {"role": "user", "content": wish}
    return replace(chat, messages=(*chat.messages, answer, again))


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


def _chat(request: RunRequest, agent: AgentSpec, parts: list[str], schema: Any, guidance: str = "") -> Chat:
    if request.system_params:
        parts = [*parts, f"system_params: {to_json(request.system_params)}"]
    system: list[Message] = [{"role": "system", "content": text} for text in ["\n\n".join(filter(None, parts))] if text]
    user: Message = {"role": "user", "content": request.user_message}
    return Chat(
        (*system, user),
        agent.model or request.default_model,
        schema,
        request.max_tokens,
        request.temperature,
        guidance,
    )


def _next_steps(agent: AgentSpec, to: Sequence[AgentSpec]) -> str:
    """The instructions for a decision: what the agent may do, and what the agents are for that it may hand over to."""
    answer = f'"{RESPOND}" to answer yourself, ' if agent.allow_respond else ""
    lines = [
        "Do not answer yet. Decide what happens next, and reply with JSON:",
        '- "action_reasoning": in one or two sentences what you found and why you decide so, for the next agent.',
        f'- "action": {answer}"{ROUTE}" to hand over.',
        f'- "target_agent": who takes over with "{ROUTE}", one of:',
    ]
    for other in to:
        purpose = shorten(" ".join(other.prompt.split()), PURPOSE_CHARS)
        name = f'"{other.key}"' + (f" ({other.display_name})" if other.display_name else "")
        lines.append(f"  - {name}: {purpose}" if purpose else f"  - {name}")
    return "\n".join(lines)


def _remarks(before: Sequence[HandOver]) -> str:
    """What the agents before this one said, the last few of them."""
    if not before:
        return ""
    lines = [
        f"- {hand_over.agent.name}: {shorten(' '.join(hand_over.reasoning.split()), REMARK_CHARS) or '(nothing)'}"
        for hand_over in before[-REMARKS:]
    ]
    return "\n".join(["Other agents read the message before you. They said:", *lines])

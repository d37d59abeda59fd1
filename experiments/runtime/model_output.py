"""What a model wrote: an answer, or a decision about what happens next."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core import json_text
from experiments.runtime.agent_prompts import RESPOND, ROUTE
from experiments.runtime.llm import Chat, Completion
from experiments.runtime.spec import AgentSpec

_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class UnreadableAnswer(ValueError):
    """What the model wrote cannot be used. The message says why, as a sentence."""


@dataclass(frozen=True)
class Decision:
    """`to` is None where the agent wants to answer by itself."""

    to: AgentSpec | None
    reasoning: str


def read_answer(completion: Completion, chat: Chat) -> dict[str, Any]:
    """The object to answer with; free text becomes one where no schema was asked for. Raises `UnreadableAnswer`."""
    try:
        return parse_answer(completion.text)
    except UnreadableAnswer as unreadable:
        if chat.schema is None and not completion.cut:
            return {"response": completion.text}
        raise _not_an_object(unreadable, completion, chat, "answer") from unreadable


def read_decision(completion: Completion, chat: Chat, agent: AgentSpec, to: Sequence[AgentSpec]) -> Decision:
    """What `agent` decided, which may hand over `to` others. Raises `UnreadableAnswer`, also for what it may not do."""
    try:
        decided = parse_answer(completion.text)
    except UnreadableAnswer as unreadable:
        raise _not_an_object(unreadable, completion, chat, f'decision as agent "{agent.key}"') from unreadable
    reasoning = decided.get("action_reasoning")
    reasoning = reasoning.strip() if isinstance(reasoning, str) else ""
    if decided.get("action") == RESPOND and agent.allow_respond:
        return Decision(None, reasoning)
    if decided.get("action") != ROUTE:
        allowed = f"{RESPOND} or {ROUTE}" if agent.allow_respond else ROUTE
        raise UnreadableAnswer(
            f'The agent "{agent.key}" decided {_quoted(decided.get("action"))}; it may only {allowed}.'
        )
    target = next((other for other in to if other.key == decided.get("target_agent")), None)
    if target is None:
        keys = ", ".join(other.key for other in to)
        wish = _quoted(decided.get("target_agent"))
        raise UnreadableAnswer(f'The agent "{agent.key}" hands over to {wish}, which is none of its routes ({keys}).')
    return Decision(target, reasoning)


def parse_answer(text: str) -> dict[str, Any]:
    """The JSON object that `text` is, perhaps in a code fence. Raises `UnreadableAnswer`.

    NaN, infinities, NUL and lone surrogates are refused: they cannot be stored or sent on.
    """
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```") and "\n" in bare:
        bare = bare.partition("\n")[2].removesuffix("```")
    if _NUL_ESCAPE.search(bare):
        raise UnreadableAnswer("it contains a NUL character")
    try:
        answer = json_text.parse_finite(bare)
        json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise UnreadableAnswer("it contains half a surrogate pair") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswer(str(error)) from error
    if not isinstance(answer, dict):
        raise UnreadableAnswer("it is JSON, but not an object")
    return answer


def _not_an_object(unreadable: UnreadableAnswer, completion: Completion, chat: Chat, what: str) -> UnreadableAnswer:
    if completion.cut:
        return UnreadableAnswer(f"The model's {what} was cut off at its limit of {chat.max_tokens} tokens.")
    return UnreadableAnswer(f"The model's {what} is not a JSON object: {unreadable}.")


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:100]

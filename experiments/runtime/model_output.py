"""What a model wrote: an answer, or a decision about what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import RowError
from experiments.core.formatting import shorten
from experiments.core.json_numbers import to_json
from experiments.runtime.agent_prompts import RESPOND, ROUTE
from experiments.runtime.chat import Chat, Completion
from experiments.runtime.model_text import NoObject, free_text, object_in, whole_object
from experiments.runtime.spec import AgentSpec
from experiments.runtime.strict_schemas import without_forced_nulls

REFUSAL_CHARS = 500
LIMIT_SETTING = "max_output_tokens"
"""Of a network's endpoint: the most tokens of one answer."""


class UnreadableAnswer(ValueError):
    """What the model wrote cannot be used. The message says why, as a sentence.

    `error_code`: where there is a kind of row error for it. `text` is what it wrote, "" where that could be read.
    `may_be_mended`: the same model may do better when it is told what was wrong.
    """

    def __init__(
        self, sentence: str, *, error_code: RowError | None = None, text: str = "", may_be_mended: bool = True
    ) -> None:
        super().__init__(sentence)
        self.error_code = error_code
        self.text = text
        self.may_be_mended = may_be_mended


@dataclass(frozen=True)
class Decision:
    """`to` is None where the agent wants to answer by itself."""

    to: AgentSpec | None
    reasoning: str


def read_answer(completion: Completion, chat: Chat) -> dict[str, Any]:
    """The object to answer with; free text becomes one where no schema was asked for. Raises `UnreadableAnswer`."""
    _raise_if_stopped(completion, "answer")
    try:
        if chat.schema is None:
            return whole_object(completion.text)
        answer = object_in(completion.text)
        return without_forced_nulls(answer, chat.schema) if completion.nulls_forced else answer
    except NoObject as error:
        if chat.schema is None and not completion.cut:
            return {"response": free_text(completion.text)}
        raise _not_an_object(error, completion, "answer") from error


def read_decision(completion: Completion, chat: Chat, agent: AgentSpec, to: Sequence[AgentSpec]) -> Decision:
    """What `agent` decided, which may hand over `to` others. Raises `UnreadableAnswer`, also for what it may not do."""
    what = f'decision as agent "{agent.key}"'
    _raise_if_stopped(completion, what)
    try:
        decided = object_in(completion.text)
    except NoObject as error:
        raise _not_an_object(error, completion, what) from error
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


def _raise_if_stopped(completion: Completion, what: str) -> None:
    """`UnreadableAnswer` where the model refused, or a filter took its words away: asking again is no use."""
    if completion.refusal is not None:
        words = shorten(" ".join(completion.refusal.split()), REFUSAL_CHARS)
        sentence = f"The model refused to answer{f': {words}' if words else ', without a reason.'}"
        text = completion.refusal or completion.text
        raise UnreadableAnswer(sentence, error_code=RowError.REFUSED, text=text, may_be_mended=False)
    if completion.filtered:
        sentence = f"A content filter of the model's provider stopped its {what}."
        raise UnreadableAnswer(sentence, error_code=RowError.FILTERED, text=completion.text, may_be_mended=False)


def _not_an_object(error: NoObject, completion: Completion, what: str) -> UnreadableAnswer:
    if completion.cut:
        sentence = f"The model's {what} was cut off {_limit_in_words(completion)}"
        return UnreadableAnswer(sentence, error_code=RowError.LENGTH, text=completion.text, may_be_mended=False)
    if not completion.text.strip():
        only = ", beside its thoughts" if completion.thoughts.strip() else ""
        return UnreadableAnswer(f"The model's {what} is not a JSON object: it is empty{only}.", text=completion.text)
    return UnreadableAnswer(f"The model's {what} is not a JSON object: {error}.", text=completion.text)


def _limit_in_words(completion: Completion) -> str:
    """Which limit it was, and what raises it: `at …`, to the end of the sentence and beyond."""
    used, limit = completion.usage["response_tokens"], completion.limit
    begun = "" if completion.text.strip() else " It spent all of them on its thoughts." if completion.thoughts else ""
    if limit is not None and (not used or used >= limit):
        return f"at its limit of {limit:,} tokens.{begun} Raise {LIMIT_SETTING} of the network's endpoint."
    after = f" after {used:,} tokens" if used else ""
    ours = f" {LIMIT_SETTING} is {limit:,} and was not reached." if limit is not None else ""
    return f"at the model's own limit{after}.{begun}{ours} Shorten the message, or choose a model with more room."


def _quoted(value: Any) -> str:
    return to_json(value)[:100]

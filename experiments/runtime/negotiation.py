"""One chat until the endpoint takes it: each refusal says, or lets guess, what to leave out of the next request."""

from dataclasses import replace
from hashlib import sha256
from typing import Any, NoReturn

from experiments.core.json_numbers import to_json
from experiments.runtime.chat import DEFAULT_MAX_TOKENS, Chat, Completion, ModelError, total_usage
from experiments.runtime.dialect_memory import DialectMemory
from experiments.runtime.dialects import (
    Complaint,
    Dialect,
    complaint,
    fitting,
    forces_nulls,
    has_object,
    is_ignored,
    is_unnamed,
    without,
)


class Negotiation:
    """`sent` is how to ask next: after each answer of the endpoint `refused` or `answered` is called, in turn."""

    def __init__(self, memory: DialectMemory, chat: Chat) -> None:
        self._memory = memory
        self._chat = chat
        self._schema = "" if chat.schema is None else sha256(to_json(chat.schema).encode()).hexdigest()
        self._common, self._dialect = memory.dialects(chat.model, self._schema)
        self._has_looked_again = False
        self._unnamed: ModelError | None = None
        """The first refusal that named nothing: it is what is said where no other words help."""
        self._ignored: Completion | None = None
        """An answer that did not follow the format that was asked for."""

    @property
    def sent(self) -> Dialect:
        return fitting(self._dialect, self._chat)

    def refused(self, sent: Dialect, refusal: ModelError) -> None:
        """Leaves out what the refusal means. Raises it, or the first one, where there is nothing to leave out."""
        status, model = refusal.endpoint_status or 0, self._chat.model
        own_limit = self._chat.max_tokens != DEFAULT_MAX_TOKENS
        named = complaint(sent, refusal.said, status=status, model=model, own_limit=own_limit)
        if named is None and not (
            self._memory.may_guess(model) and is_unnamed(refusal.said, status=status, model=model)
        ):
            self._give_up(refusal)
        if not self._has_looked_again and self._was_told_elsewhere():
            return
        if named is None:
            self._unnamed = self._unnamed or refusal
        part = named or Complaint("output")
        less = without(sent, part)
        if less is None:
            self._memory.no_words_help(model)
            self._give_up(refusal)
        self._dialect = less
        if not part.of_schema:
            self._common = without(self._common, part) or self._common
        if not self._schema:
            self._dialect = self._common

    def _give_up(self, refusal: ModelError) -> NoReturn:
        if self._unnamed is None or self._unnamed is refusal:
            raise refusal
        raise self._unnamed from refusal

    def _was_told_elsewhere(self) -> bool:
        """Another thread or process may have learned the same in the meantime."""
        self._has_looked_again, before = True, self._dialect
        self._common, self._dialect = self._memory.dialects(self._chat.model, self._schema, afresh=True)
        return self._dialect != before

    def answered(self, sent: Dialect, completion: Completion) -> Completion | None:
        """The answer to give; None where the chat is to be asked once more."""
        model = self._chat.model
        completion = replace(
            completion,
            nulls_forced=forces_nulls(self._chat, sent),
            limit=self._chat.max_tokens if sent.limit else None,
            **_and_before(completion, self._ignored),
        )
        if self._ignored is not None and not has_object(completion.text):
            self._memory.no_words_help(model)
            return completion
        may_be_ignored = self._ignored is None and completion.is_whole and self._memory.may_guess(model)
        if may_be_ignored and is_ignored(sent, completion.text):
            self._ignored = completion
            self._common = replace(self._common, output="tools")
            self._dialect = replace(self._dialect, output="tools")
            return None
        self._memory.learn(model, "", self._common)
        if self._dialect != self._common:
            self._memory.learn(model, self._schema, self._dialect)
        return completion


def _and_before(completion: Completion, ignored: Completion | None) -> dict[str, Any]:
    """What a completion took together with the one that was asked for before it, to no use."""
    if ignored is None:
        return {}
    both = [completion, ignored]
    cost = None if completion.cost is None or ignored.cost is None else completion.cost + ignored.cost
    return {"usage": total_usage(both), "cost": cost, "duration_ms": sum(one.duration_ms for one in both)}

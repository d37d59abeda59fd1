"""What one client has learned of how its endpoint wants to be asked, by model and schema."""

import time
from typing import Protocol

from experiments.runtime.chat import ChatEndpoint
from experiments.runtime.dialects import Dialect

DIALECT_AGE_S = 6 * 60 * 60
"""After so long what an endpoint refused is tried again: it may have learned."""
MOST_KNOWN = 4096
"""Models with their schemas of which a client remembers something; more are learned again."""


class DialectStore(Protocol):
    """Where what was learned of an endpoint is kept for other processes, and for how long it counts.

    `schema` is "" for what holds whatever the schema is, else a digest of it.
    """

    def recall(self, endpoint: ChatEndpoint, model: str, schema: str) -> Dialect | None: ...

    def keep(self, endpoint: ChatEndpoint, model: str, schema: str, dialect: Dialect) -> None: ...


class DialectMemory:
    """For any number of threads. `schema`: as for a store."""

    def __init__(self, endpoint: ChatEndpoint, store: DialectStore | None = None) -> None:
        self._endpoint = endpoint
        self._store = store
        self._first = Dialect(output=endpoint.output)
        self._known: dict[tuple[str, str], tuple[Dialect | None, float]] = {}
        self._unhelped: dict[str, float] = {}

    def dialects(self, model: str, schema: str, *, afresh: bool = False) -> tuple[Dialect, Dialect]:
        """What is known of a model, whatever the schema is, and with this one."""
        common = self._recalled(model, "", afresh) or self._first
        return common, (self._recalled(model, schema, afresh) if schema else None) or common

    def _recalled(self, model: str, schema: str, afresh: bool) -> Dialect | None:
        known, at = self._known.get((model, schema), (None, 0.0))
        if at and time.monotonic() - at > DIALECT_AGE_S:
            known, at = None, 0.0
        if self._store is not None and (not at or afresh):
            known = self._store.recall(self._endpoint, model, schema) or known
            self._known[model, schema] = known, time.monotonic()
        return known

    def learn(self, model: str, schema: str, dialect: Dialect) -> None:
        known, at = self._known.get((model, schema), (None, 0.0))
        if at and known == dialect:
            return
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known[model, schema] = dialect, time.monotonic()
        if self._store is not None and dialect != (known or self._first):
            self._store.keep(self._endpoint, model, schema, dialect)

    def may_guess(self, model: str) -> bool:
        """Whether an unnamed refusal may mean a part of the request: not where this model has answered before, or where
        no other words helped."""
        known, _ = self._known.get((model, ""), (None, 0.0))
        return known is None and time.monotonic() - self._unhelped.get(model, -DIALECT_AGE_S) >= DIALECT_AGE_S

    def no_words_help(self, model: str) -> None:
        """It is not tried again for a while to guess what this model refuses."""
        self._unhelped[model] = time.monotonic()

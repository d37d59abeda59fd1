"""Ids that belong to what is logged: of a request, or of the queue, lane and row that a worker is at.

They are set where they become known and are written beside each line that is logged meanwhile, whoever logs it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

NONE: Mapping[str, object] = MappingProxyType({})
_ids: ContextVar[Mapping[str, object]] = ContextVar("log_ids", default=NONE)
SANE = re.compile(r"[A-Za-z0-9._:~-]{1,128}")
"""Of an id that somebody else has made: what is longer or has other signs may be a text."""


def sane(text: str | None) -> str | None:
    return text if text and SANE.fullmatch(text) else None


def current() -> Mapping[str, object]:
    return _ids.get()


def begin(**ids: object) -> None:
    """From now on these, and no others, in this thread."""
    _ids.set(ids)


def add(**ids: object) -> None:
    """These too, until the block or the request ends."""
    _ids.set({**_ids.get(), **ids})


@contextmanager
def within(**ids: object) -> Iterator[None]:
    """These too, for the block."""
    before = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(before)

"""Who acts: set for a request, a command or a task, and read where a change is written down.

Nobody says so for the worker's own acts: those are the system's.
"""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from experiments.core.choices import Channel


@dataclass(frozen=True)
class Actor:
    """`name` outlives the user of `user_id`; `address` is the client's IP address, where there is one."""

    channel: Channel
    user_id: int | None = None
    name: str = ""
    address: str | None = None


SYSTEM = Actor(Channel.SYSTEM)
_current: ContextVar[Callable[[], Actor] | None] = ContextVar("actor", default=None)


def current() -> Actor:
    told = _current.get()
    return told() if told else SYSTEM


def by_command() -> Actor:
    """Whoever is at this machine's command line, by the name of their account there."""
    return Actor(Channel.COMMAND, name=getpass.getuser())


@contextmanager
def acting(who: Callable[[], Actor]) -> Iterator[None]:
    """`who` is asked at each act: a request's user is known only after its token was read."""
    before = _current.set(who)
    try:
        yield
    finally:
        _current.reset(before)

"""The registry of kinds: how an item becomes a request, how an answer becomes a result, what its pages and API show.

The host never asks what kind a queue is. It asks the kind, which an app registers when it is ready.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Json = Any


class Plan(Protocol):
    """A queue's settings, compiled once for many items. Used from one thread for `request`, from many for `check`."""

    @property
    def schema(self) -> dict[str, Json] | None: ...
    @property
    def guidance(self) -> str: ...
    @property
    def example(self) -> dict[str, Json] | None: ...

    def request(self, payload: Json) -> tuple[str, dict[str, Json]]:
        """The user message and the system params of an item. `WorkbenchError` with code `template_error` where none."""

    def check(self, answer: dict[str, Json]) -> str | None:
        """Why the answer is not acceptable, in words; None where it is."""


@dataclass(frozen=True)
class Kind:
    """`plan` compiles the settings of the queue with this id; `desk` (a `desks.Desk`) is asked by pages, API, export.

    `tidy` removes what the kind keeps for a time only; the worker calls it now and then. A kind may have tasks of its
    own on the worker's queue: `sweep`, called every second, sends those again that were lost, and while `jobs_wait`
    says that one waits for a worker, lanes give way. `forget_source` removes what the kind itself keeps of the cells of
    the queue with this id, beside its items.
    """

    name: str
    label: str
    plan: Callable[[Any], Plan]
    desk: Any
    tidy: Callable[[], None] = lambda: None
    sweep: Callable[[], None] = lambda: None
    jobs_wait: Callable[[], bool] = lambda: False
    forget_source: Callable[[Any], None] = lambda queue_id: None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No installed app registered the kind {name!r}.") from None


def registered() -> list[Kind]:
    return list(_kinds.values())


def choices() -> list[tuple[str, str]]:
    """For model fields. A callable, so that a new kind needs no migration."""
    return [(kind.name, kind.label) for kind in _kinds.values()]

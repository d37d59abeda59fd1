"""The kinds that are installed, by name."""

from typing import Protocol

from experiments.kinds.queue_kind import QueueKind


class HasKind(Protocol):
    """The part of a queue that matters here."""

    @property
    def kind(self) -> str: ...


_kinds: dict[str, QueueKind] = {}


def register_kind(kind: QueueKind) -> None:
    _kinds[kind.name] = kind


def kind_named(name: str) -> QueueKind:
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No installed app registered the kind {name!r}.") from None


def kind_of(queue: HasKind) -> QueueKind:
    return kind_named(queue.kind)


def registered_kinds() -> list[QueueKind]:
    """In the order of `INSTALLED_APPS`."""
    return list(_kinds.values())


def kinds_by_title() -> list[QueueKind]:
    """By the names that people see."""
    return sorted(_kinds.values(), key=lambda kind: kind.nouns.title)


def kind_choices() -> list[tuple[str, str]]:
    """For model fields. A callable, so that a new kind needs no migration."""
    return [(kind.name, kind.label) for kind in _kinds.values()]

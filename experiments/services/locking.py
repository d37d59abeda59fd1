"""A queue of one kind, locked while its settings change."""

from collections.abc import Iterable, Set
from typing import TypeVar
from uuid import UUID

from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.errors import Conflict, Gone
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.services import queues

OfKind = TypeVar("OfKind", bound=Queue)


def queue_lock(model: type[OfKind], queue_id: UUID) -> OfKind:
    """The queue, whose row stays locked until the transaction ends. `Gone` where it was deleted."""
    found = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).values_list("pk").first()
    # Read by a second statement: the one that had to wait for the lock may show the settings from before the wait.
    queue = model._default_manager.filter(pk=queue_id).first() if found else None
    if queue is None:
        raise Gone(f"This {queues.noun_of_queue(queue_id)} was deleted.", code=ErrorCode.NOT_FOUND)
    return queue


def queue_lock_draft(model: type[OfKind], queue_id: UUID) -> OfKind:
    """The same for what changes its items. `Conflict` where it was started."""
    queue = queue_lock(model, queue_id)
    if queue.status != QueueStatus.DRAFT:
        nouns = kind_of(queue).nouns
        raise Conflict(
            f"The {nouns.one} was started: its {nouns.items} cannot change any more. Duplicate it instead.",
            code=ErrorCode.WRONG_STATUS,
        )
    return queue


def refuse_after_start(queue: Queue, changed: Iterable[str], *, allowed: Set[str]) -> None:
    """`Conflict` where the queue was started and more than the settings that are `allowed` then would change."""
    fixed = sorted(set(changed) - allowed)
    if queue.status != QueueStatus.DRAFT and fixed:
        one = kind_of(queue).nouns.one
        raise Conflict(
            f"The {one} was started: {', '.join(fixed)} cannot change any more.", code=ErrorCode.WRONG_STATUS
        )

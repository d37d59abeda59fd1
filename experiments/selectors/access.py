"""What a user may do with a queue. Every page, poll, call of the API, export and act asks here."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from experiments.core.choices import Role
from experiments.kinds import kind_of
from experiments.models import Queue

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
WHAT = {Role.EDITOR: "change", Role.OWNER: "share or delete"}


def role_needed(method: str | None) -> Role:
    """Of a request that says nothing else: who sees a queue may read all of it, and who edits it change it."""
    return Role.VIEWER if method in SAFE_METHODS else Role.EDITOR


def refuse_below(queue: Queue, least: Role) -> None:
    """`PermissionDenied` where the user, for whom the queue was read, has a lower role.

    Nobody learns of a queue that they do not see: such a one was not found.
    """
    if not queue.role.allows(least):
        one, owner = kind_of(queue).nouns.one, queue.created_by.get_username()
        raise PermissionDenied(f"You can’t {WHAT[least]} this {one}: your role is {queue.role}. Ask {owner}.")


def found_in(queues: QuerySet[Any], queue_id: UUID, least: Role) -> Any:
    """The queue with that id among those that the user sees; `Http404` where it is not there."""
    try:
        # Not `first`, which would put one in order: with as many columns as a queue has that takes long to say.
        queue = queues.get(pk=queue_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    refuse_below(queue, least)
    return queue

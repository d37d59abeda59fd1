"""Views of a queue that a person keeps."""

from typing import Any

from django.db import transaction

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.models import Queue, SavedView
from experiments.models.saved_views import NAME_CHARS

MOST = 30
"""Of one person for one queue: a menu shows them all."""


def save(*, queue: Queue, owner: Any, name: str, query: str) -> SavedView:
    """Under a name that is there already it replaces that view. `query` is that of the page's address."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARS:
        raise InvalidInput(
            f"Give the view a name of up to {NAME_CHARS} characters.", code=ErrorCode.INVALID, attr="name"
        )
    with transaction.atomic():
        others = SavedView.objects.filter(queue=queue, owner=owner).exclude(name=name)
        if others.count() >= MOST:
            raise InvalidInput(f"{MOST} views are kept at most. Delete one first.", code=ErrorCode.INVALID, attr="name")
        view, _ = SavedView.objects.update_or_create(queue=queue, owner=owner, name=name, defaults={"query": query})
    return view


def delete(*, queue: Queue, owner: Any, view_id: int) -> bool:
    """Whether there was such a view of theirs."""
    deleted, _ = SavedView.objects.filter(queue=queue, owner=owner, pk=view_id).delete()
    return deleted > 0

"""The history of one object: who did what with it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from experiments.core.choices import AuditAction
from experiments.models import AuditEntry, Queue


def history_of_queue(queue: Queue) -> QuerySet[AuditEntry]:
    """The newest first."""
    return AuditEntry.objects.filter(object_kind=queue.kind, object_id=str(queue.pk))


def last_pause(queue: Queue) -> datetime | None:
    """When it was paused last, by whomever."""
    return history_of_queue(queue).filter(action=AuditAction.PAUSE).values_list("at", flat=True).first()


def entry_values(entry: AuditEntry) -> dict[str, Any]:
    """As the API answers it. `user` is null where the system acted by itself."""
    return {"at": entry.at, "user": entry.user_name or None, "action": entry.action, "detail": entry.detail}

"""With whom a queue is shared."""

from typing import Any

from django.db.models import F, QuerySet

from experiments.models import Queue, Share


def shares_of_queue(queue: Queue) -> QuerySet[Share]:
    """Everybody first, then by the order in which they came."""
    return Share.objects.filter(queue=queue).select_related("user").order_by(F("user").asc(nulls_first=True), "id")


def share_values(share: Share) -> dict[str, Any]:
    """As the API answers it. `user` is null where it is shared with everybody."""
    name = share.user.get_username() if share.user else None
    return {"id": share.pk, "user": name, "everyone": share.everyone, "role": share.role}

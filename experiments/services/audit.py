"""Writing down who did what, in the transaction of the change, and deleting what is old.

Who acts is known by `core.actor`: a request says so, a command, else it is the system. `detail` is small and holds no
contents: no cells, prompts, answers, tokens.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from experiments.core import actor
from experiments.core.choices import AuditAction
from experiments.models import ApiToken, AuditEntry, Network, Queue, Subscription

Detail = bool | int | float | str | None | list[str]


def record_queue(queue_id: UUID, action: AuditAction, **detail: Detail) -> None:
    """An act on a queue. Trials are the hidden children of a draft: what becomes of them is not written down."""
    found = Queue.objects.filter(pk=queue_id, parent=None).values_list("kind", "name").first()
    if found is not None:
        _record(action, found[0], queue_id, found[1], detail)


def record_network(network: Network, action: AuditAction, **detail: Detail) -> None:
    _record(action, "network", network.pk, network.name, detail)


def record_token(token: ApiToken, action: AuditAction, **detail: Detail) -> None:
    """`detail` says whose it is; the key's beginning is what its list shows."""
    owner = token.user.get_username()
    _record(action, "token", token.pk, f"{token.name} ({token.prefix}…)", {"owner": owner, **detail})


def record_subscription(subscription: Subscription, action: AuditAction, **detail: Detail) -> None:
    """Of its address the host: the rest of a webhook's may be a secret."""
    name = urlsplit(subscription.url).netloc or subscription.way
    owner = subscription.owner.get_username()
    _record(action, "subscription", subscription.pk, name, {"owner": owner, **detail})


def record_user(user: AbstractBaseUser, action: AuditAction, **detail: Detail) -> None:
    """Of their account. Who logs in acts, though the request does not know them yet."""
    _record(action, "user", user.pk, user.get_username(), detail, by=user if action == AuditAction.LOG_IN else None)


def record_log_in(sender: Any, user: AbstractBaseUser, **signal: Any) -> None:
    """A receiver of Django's signal."""
    record_user(user, AuditAction.LOG_IN)


def _record(
    action: AuditAction,
    kind: str,
    object_id: int | UUID,
    name: str,
    detail: dict[str, Detail],
    by: AbstractBaseUser | None = None,
) -> None:
    who = actor.current()
    AuditEntry.objects.create(
        user_id=by.pk if by else who.user_id,
        user_name=by.get_username() if by else who.name,
        channel=who.channel,
        address=who.address,
        action=action,
        object_kind=kind,
        object_id=str(object_id),
        object_name=name[:200],
        detail={key: value for key, value in detail.items() if value is not None},
    )


def delete_old(*, days: int, rows: int) -> int:
    """Deletes entries that are older, the oldest first and `rows` of them at most; how many."""
    old = AuditEntry.objects.filter(at__lt=timezone.now() - timedelta(days=days)).order_by("at")
    deleted, _ = AuditEntry.objects.filter(pk__in=old.values("pk")[:rows]).delete()
    return deleted

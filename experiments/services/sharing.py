"""Sharing a queue with users, and taking that back. Who may do so is asked before."""

from django.contrib.auth import get_user_model
from django.db import transaction

from experiments.core.choices import AuditAction, ErrorCode, Role
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.models import Queue, Share
from experiments.services import audit

EVERYONE = "everyone"


def share(*, queue: Queue, role: Role, user_name: str | None) -> Share:
    """With the user of that name, without one with everybody who is signed in. A share that there is changes its role.

    `InvalidInput` where there is no such user, or it is the owner.
    """
    user = None
    if user_name is not None:
        user = get_user_model().objects.filter(username=user_name, is_active=True).first()
        if user is None:
            sentence = f"No user is named {quoted(user_name)}. Give the name that they sign in with."
            raise InvalidInput(sentence, code=ErrorCode.DOES_NOT_EXIST, attr="user")
        if user.pk == queue.created_by_id:
            raise InvalidInput(f"{user_name} is the owner already.", code=ErrorCode.INVALID, attr="user")
    with transaction.atomic():
        made, is_new = Share.objects.get_or_create(queue=queue, user=user, defaults={"role": role})
        if is_new or made.role != role:
            made.role = role
            made.save(update_fields=["role"])
            audit.record_queue(queue.pk, AuditAction.SHARE, user=user_name or EVERYONE, role=role)
    return made


def unshare(*, queue: Queue, share_id: int) -> bool:
    """Whether there was such a share."""
    with transaction.atomic():
        found = Share.objects.select_related("user").filter(queue=queue, pk=share_id).first()
        if found is None:
            return False
        found.delete()
        who = found.user.get_username() if found.user else EVERYONE
        audit.record_queue(queue.pk, AuditAction.UNSHARE, user=who)
    return True

"""With whom a queue is shared."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from experiments.core.choices import Role
from experiments.models.queues import Queue

SHARED_ROLES = [choice for choice in Role.choices() if choice[0] != Role.OWNER]
"""Whose the queue is stays theirs."""


class Share(models.Model):
    """A queue is shared with one user, or where `user` is empty with everybody who is signed in.

    The foreign keys cascade in the database.
    """

    queue = models.ForeignKey(Queue, on_delete=models.DO_NOTHING, related_name="shares", db_constraint=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        null=True,
        blank=True,
    )
    role = models.CharField(max_length=8, choices=SHARED_ROLES)
    at = models.DateTimeField(db_default=Now())

    objects: "models.Manager[Share]" = models.Manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("queue", "user"), name="share_once_a_user"),
            models.UniqueConstraint(fields=("queue",), condition=Q(user=None), name="share_once_with_all"),
            models.CheckConstraint(condition=Q(role__in=[role for role, _ in SHARED_ROLES]), name="share_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.queue_id}: {self.user_id or 'everyone'} {self.role}"

    @property
    def everyone(self) -> bool:
        return self.user_id is None

"""Chainable filters: who may see what, and which queues and rows are meant."""

from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models.functions import Now

from experiments.core.choices import QueueStatus, RowStatus


class OwnedQuerySet(models.QuerySet[Any]):
    """Records that have an owner; `owner_field` names the foreign key."""

    owner_field = "created_by"

    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """What `user` may see: staff all of it, other users their own, visitors nothing."""
        if not user.is_authenticated:
            return self.none()
        if getattr(user, "is_staff", False):
            return self
        return self.filter(**{self.owner_field: user})


class QueueQuerySet(OwnedQuerySet):
    def kept(self) -> Self:
        """Without those that are being deleted."""
        return self.filter(deleted_at__isnull=True)

    def top_level(self) -> Self:
        """Those that people meet, in lists, pages, API and exports: a trial is the hidden child of a draft."""
        return self.kept().filter(parent__isnull=True)

    def running(self) -> Self:
        return self.kept().filter(status=QueueStatus.RUNNING)

    def whose_pause_is_over(self) -> Self:
        """By the clock of the database."""
        return self.kept().filter(status=QueueStatus.PAUSED, pause_until__lte=Now())


class RunQuerySet(OwnedQuerySet):
    owner_field = "owner"


class QueueItemQuerySet(models.QuerySet[Any]):
    def of_queue(self, queue: models.Model) -> Self:
        return self.filter(queue_id=queue.pk)

    def in_order(self) -> Self:
        return self.order_by("row_index")

    def failed(self) -> Self:
        return self.filter(status=RowStatus.FAILED)

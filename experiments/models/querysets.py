"""Chainable filters: who may see what, and which queues and rows are meant."""

from typing import Any, Self

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Now

from experiments.core.choices import QueueStatus, Role, RowStatus


def _shares_of(user: AbstractBaseUser | AnonymousUser) -> models.QuerySet[Any]:
    """Of that user by name, and those of everybody."""
    shares = apps.get_model("experiments", "Share")._default_manager.order_by()
    return shares.filter(Q(user=user) | Q(user__isnull=True))


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
    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """What `user` may see, their own and what is shared with them, each with their `role`; staff own all."""
        if not user.is_authenticated:
            return self.none()
        if getattr(user, "is_staff", False):
            return self
        shares = _shares_of(user).filter(queue=OuterRef("pk"))
        role = Case(
            When(created_by=user, then=Value(Role.OWNER)),
            When(Exists(shares.filter(role=Role.EDITOR)), then=Value(Role.EDITOR)),
            default=Value(Role.VIEWER),
        )
        return self.filter(Q(created_by=user) | Exists(shares)).annotate(role_of_user=role)

    def kept(self) -> Self:
        """Without those that are being deleted."""
        return self.filter(deleted_at__isnull=True)

    def top_level(self) -> Self:
        """Those that people meet, in lists, pages, API and exports: a trial is the hidden child of a draft."""
        return self.kept().filter(parent__isnull=True)

    def running(self) -> Self:
        return self.kept().filter(status=QueueStatus.RUNNING)

    def can_resume(self) -> Self:
        added = Q(status=QueueStatus.COMPLETED, queued__gt=0)
        return self.filter(Q(status__in=[QueueStatus.PAUSED, QueueStatus.CANCELLED]) | added)

    def whose_pause_is_over(self) -> Self:
        """By the clock of the database."""
        return self.kept().filter(status=QueueStatus.PAUSED, pause_until__lte=Now())


class RunQuerySet(OwnedQuerySet):
    owner_field = "owner"

    def seen_by(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        """With those of queues that are shared with `user`. For one run: a list of them has only one's own."""
        if not user.is_authenticated or getattr(user, "is_staff", False):
            return self.for_user(user)
        # A trial is shared with what it tries.
        of_queue = Coalesce("item__queue__parent", "item__queue")
        shared = _shares_of(user).filter(queue=OuterRef("shared_queue"))
        return self.annotate(shared_queue=of_queue).filter(Q(owner=user) | Exists(shared))


class QueueItemQuerySet(models.QuerySet[Any]):
    def of_queue(self, queue: models.Model) -> Self:
        return self.filter(queue_id=queue.pk)

    def in_order(self) -> Self:
        return self.order_by("row_index")

    def failed(self) -> Self:
        return self.filter(status=RowStatus.FAILED)

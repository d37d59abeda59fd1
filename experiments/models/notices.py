"""Who wants to be told of what happens to queues, and what is on its way to them.

The foreign keys cascade in the database: code that does not know of these tables deletes users as before.
"""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from experiments.core.choices import DeliveryState, NoticeEvent, NoticeWay
from experiments.models import encryption

URL_CHARS = 2000
DEFAULT_PERCENT = 10


class Subscription(models.Model):
    """A webhook of a user, or the mails that they get."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    way = models.CharField(max_length=8, choices=NoticeWay.choices())
    url = models.TextField(blank=True, default="", help_text="Of a webhook: where its events are sent.")
    sealed_secret = models.TextField(blank=True, default="", editable=False)
    events = models.JSONField(help_text="A list.")
    failure_percent = models.PositiveSmallIntegerField(
        default=DEFAULT_PERCENT, help_text="The share of failed rows that is told, once for each run."
    )
    all_users = models.BooleanField(default=False, help_text="What happens to everybody's; for staff.")
    is_active = models.BooleanField(default=True)
    stopped_why = models.TextField(blank=True, default="", help_text="Where the site switched it off.")
    created_at = models.DateTimeField(db_default=Now())

    objects: "models.Manager[Subscription]" = models.Manager()

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("owner",), condition=Q(way=NoticeWay.EMAIL), name="subscription_one_mail_a_user"
            ),
            models.CheckConstraint(
                condition=Q(failure_percent__gte=1, failure_percent__lte=100), name="subscription_percent_in_bounds"
            ),
        )

    def __str__(self) -> str:
        return self.url or self.way

    @property
    def secret(self) -> str:
        """`ValueError` where none of the field keys opens it."""
        return encryption.decrypt(self.sealed_secret)

    @secret.setter
    def secret(self, secret: str) -> None:
        self.sealed_secret = encryption.encrypt(secret)


class Delivery(models.Model):
    """An event for one subscription: the outbox, and afterwards the log.

    Written in the transaction of what it tells, with that queue's row locked, so that the ids of one queue's are in the
    order of what happened. `body` is what is sent, byte for byte, at every attempt. It outlives its queue.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.DO_NOTHING, related_name="deliveries", db_constraint=False, db_index=False
    )
    message_id = models.CharField(max_length=40, unique=True, help_text="The same at every attempt.")
    queue_id: Any = models.UUIDField(null=True, blank=True, help_text="Empty: a test.")
    event = models.CharField(max_length=16, choices=NoticeEvent.choices())
    body = models.TextField()
    in_run = models.BooleanField(default=False, help_text="Of a failure share: the run that it is told of goes on.")
    created_at = models.DateTimeField(db_default=Now())
    since = models.DateTimeField(db_default=Now(), help_text="When its attempts began: it is given up some days later.")
    state = models.CharField(max_length=16, choices=DeliveryState.choices(), default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    claim = models.UUIDField(null=True, blank=True, help_text="Of the process that sends it just now.")
    claimed_until = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.TextField(blank=True, default="", help_text="Of the last attempt.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: "models.Manager[Delivery]" = models.Manager()

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=("subscription", "-id"), name="delivery_list"),
            models.Index(fields=("due_at",), condition=Q(state=DeliveryState.WAITING), name="delivery_due"),
            models.Index(
                fields=("subscription", "queue_id", "id"),
                condition=Q(state=DeliveryState.WAITING),
                name="delivery_order",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("subscription", "queue_id"), condition=Q(in_run=True), name="delivery_share_once_a_run"
            ),
        )

    def __str__(self) -> str:
        return f"{self.message_id}: {self.event}"

    @property
    def next_at(self) -> datetime | None:
        """When it is sent next; None where it is not any more."""
        return self.due_at if self.state == DeliveryState.WAITING else None

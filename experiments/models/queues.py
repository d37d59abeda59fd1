"""Queues of every kind, their items, and the ledger of calls.

A queue's `kind` says which registered kind it belongs to; the kind's own settings live in a child table of its own app.
Items and attempts are many, so their foreign keys cascade in the database and Django does nothing on delete.
"""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils import timezone

from experiments.core import limits
from experiments.core.choices import CALLED, FINISHED, QueueStatus, Reuse, Role, RowStatus
from experiments.core.cost import COST_DIGITS, COST_PLACES, DEFAULT_CURRENCY
from experiments.kinds import kind_choices
from experiments.models.fields import ExactJSONField
from experiments.models.networks import Network
from experiments.models.querysets import QueueItemQuerySet, QueueQuerySet

RATE_DECAY_S = 60.0
"""The time constant of `Queue.rate`."""
SUSPECT_FROM = 2
"""A row that was lost so often in a row, with the worker that called it, is called apart from the others."""


def cost_field(help_text: str) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(
        max_digits=COST_DIGITS, decimal_places=COST_PLACES, null=True, blank=True, help_text=help_text
    )


class Queue(models.Model):
    """Rows that wait for an answer, of one kind.

    Its status changes in `services.queues`, `services.queue_end` and `worker.record` only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32, choices=kind_choices)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="trials")
    trial = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of a hidden child: which trial.")
    name = models.CharField(max_length=200)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="queues", null=True, blank=True)
    agent_key = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=16, choices=QueueStatus.choices(), default=QueueStatus.DRAFT)
    concurrency = models.PositiveIntegerField(default=1)
    debug = models.BooleanField(default=False)
    max_attempts = models.PositiveSmallIntegerField(default=4)
    tolerant = models.BooleanField(
        default=False, db_default=False, help_text="Choices in other letters and numbers as texts are taken as meant."
    )
    repair = models.BooleanField(
        default=False, db_default=False, help_text="Our own runtime asks once more for an answer that cannot be used."
    )
    reuse = models.CharField(
        max_length=8,
        choices=Reuse.choices(),
        default=Reuse.NONE,
        db_default=Reuse.NONE,
        help_text="Whether identical rows are called once: of this queue, or also those of earlier ones.",
    )
    pinned_version = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="The version of the network that every row is to be answered by: that of the start, or of the first "
        "answer.",
    )

    total = models.PositiveIntegerField(default=0)
    queued = models.PositiveIntegerField(default=0)
    running = models.PositiveIntegerField(default=0)
    succeeded = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Rows that are not called, because there is nothing to ask about."
    )
    tokens = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0, db_default=0)
    output_tokens = models.BigIntegerField(default=0, db_default=0)
    cost = cost_field("Of all calls, failed and repeated ones too, in the network's currency; empty: of none known.")
    reused = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Rows that succeeded with the answer of an identical row, without a call."
    )
    rate = models.FloatField(default=0, help_text="Recorded rows, decaying by e each minute, as of rate_at.")
    rate_at = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveBigIntegerField(default=0, help_text="Rows claimed to be called, each attempt anew.")
    refused_calls = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="Calls that the network did not take; they count nowhere else."
    )
    ran_before_s = models.FloatField(default=0, help_text="Seconds it ran up to its last stop. The database keeps it.")
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When a row was claimed last.")
    orders = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Goes up when a person pauses, cancels or sets a limit: workers then look."
    )
    abort_calls = models.BooleanField(
        default=False, db_default=False, help_text="While cancelled: calls in flight are aborted."
    )
    running_since = models.DateTimeField(null=True, blank=True, help_text="The database keeps it.")

    max_failures = models.PositiveIntegerField(null=True, blank=True, help_text="Pauses at so many failed rows.")
    max_calls = models.PositiveIntegerField(null=True, blank=True)
    max_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    max_minutes = models.PositiveIntegerField(null=True, blank=True, help_text="Of running; pauses do not count.")
    max_cost = cost_field("In the network's currency.")

    corrections = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How often a person changed an answer. No other counter shows that."
    )
    corrected = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Rows with a person's answer, whatever their status."
    )
    failed_corrected = models.PositiveIntegerField(default=0, db_default=0, help_text="Those of them that failed.")
    range_from = models.PositiveIntegerField(null=True, blank=True)
    range_to = models.PositiveIntegerField(null=True, blank=True, help_text="Exclusive.")
    pause_code = models.CharField(max_length=32, blank=True)
    pause_detail = models.TextField(blank=True)
    pause_until = models.DateTimeField(null=True, blank=True)
    pause_error_code = models.CharField(
        max_length=32, blank=True, default="", db_default="", help_text="Of the failures that it is paused for."
    )
    pause_count = models.PositiveIntegerField(default=0, db_default=0, help_text="How many there were in a row.")
    streaks = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        blank=True,
        help_text="Failures since the last success, by what counts together.",
    )
    reach_tries = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Pauses since the network could be reached last."
    )
    probing = models.BooleanField(default=False, help_text="After a pause by the system: one row first.")

    retrying = models.JSONField(
        null=True,
        blank=True,
        help_text="While a retry of many rows goes on part by part: {error_code, force, after, requeued}.",
    )
    retried_at = models.DateTimeField(null=True, blank=True, help_text="When it went on last.")
    correcting = ExactJSONField(
        null=True,
        blank=True,
        help_text="While fields of very many rows are set: {act, values, wanted, total, is_checked, after, checked}.",
    )
    correcting_at = models.DateTimeField(null=True, blank=True, help_text="When that went on last.")

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    source_removed_at = models.DateTimeField(null=True, blank=True, help_text="Since then nothing is left to export.")
    source_removed_to = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="While it is removed: the row at which that goes on."
    )

    role_of_user: str = Role.OWNER
    """Of whom it was read for (`for_user`); what the site reads for itself has no bounds."""

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "id")
        indexes = (
            models.Index(fields=("kind", "-created_at", "id"), name="queue_list"),
            models.Index(fields=("status",), condition=Q(status=QueueStatus.RUNNING), name="queue_running"),
            models.Index(fields=("network",), condition=Q(status=QueueStatus.RUNNING), name="queue_running_network"),
            # Those that need somebody are few, and looked for with each list.
            models.Index(
                fields=("kind", "-created_at", "id"), condition=Q(status=QueueStatus.PAUSED), name="queue_paused"
            ),
            models.Index(
                fields=("kind", "-created_at", "id"),
                condition=Q(status=QueueStatus.COMPLETED, succeeded=0, failed_corrected=0, failed__gt=0),
                name="queue_all_failed",
            ),
            models.Index(
                fields=("completed_at",),
                condition=Q(status__in=list(FINISHED)),
                name="queue_finished",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(total=F("queued") + F("running") + F("succeeded") + F("failed") + F("skipped")),
                name="queue_counters_add_up",
            ),
            models.CheckConstraint(
                condition=Q(corrected__lte=F("total"), failed_corrected__lte=F("failed"))
                & Q(failed_corrected__lte=F("corrected")),
                name="queue_corrected_are_rows",
            ),
            models.CheckConstraint(condition=Q(concurrency__gte=1), name="queue_concurrency_positive"),
            models.CheckConstraint(condition=Q(max_attempts__gte=1), name="queue_max_attempts_positive"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, trial__isnull=True) | Q(parent__isnull=False, trial__isnull=False),
                name="queue_trial_has_parent",
            ),
            models.UniqueConstraint(fields=("parent", "trial"), name="queue_trial_unique"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{limit.name}__isnull": True})
                    | Q(**{f"{limit.name}__gt": 0} if limit.is_money else {f"{limit.name}__gte": 1}),
                    name=f"queue_{limit.name}_positive",
                )
                for limit in limits.LIMITS
            ),
            models.CheckConstraint(
                # Rows that were added to it wait until a person runs them.
                condition=~Q(status=QueueStatus.COMPLETED) | Q(running=0),
                name="queue_completed_means_none_runs",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def role(self) -> Role:
        return Role(self.role_of_user)

    @property
    def may_edit(self) -> bool:
        return self.role.allows(Role.EDITOR)

    @property
    def may_share(self) -> bool:
        return self.role.allows(Role.OWNER)

    @property
    def done(self) -> int:
        """Rows that wait for nothing."""
        return self.succeeded + self.failed + self.skipped

    @property
    def failed_open(self) -> int:
        """Failed rows that nobody has corrected."""
        return self.failed - self.failed_corrected

    @property
    def rows(self) -> QueueItemQuerySet:
        """Its items. A kind that has a proxy model for them returns that."""
        return QueueItem.objects.of_queue(self)

    @property
    def currency(self) -> str:
        """Of its cost."""
        return self.network.currency if self.network else DEFAULT_CURRENCY

    @property
    def waits_since(self) -> datetime:
        """Of its rows that nobody has retried."""
        return self.started_at or self.created_at

    @property
    def ran_s(self) -> float:
        """Seconds that it has run so far, without its pauses."""
        now_s = (timezone.now() - self.running_since).total_seconds() if self.running_since else 0.0
        return self.ran_before_s + max(now_s, 0.0)


class QueueItem(models.Model):
    """One row and its answer. `payload` is a list of cell texts in the order of the kind's `columns`."""

    id = models.BigAutoField(primary_key=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.DO_NOTHING, related_name="items", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=32, choices=kind_choices)
    row_index = models.PositiveIntegerField()
    payload = models.JSONField()
    status = models.CharField(
        max_length=16, choices=RowStatus.choices(), default=RowStatus.QUEUED, db_default=RowStatus.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Claims since a person's last retry."
    )
    lost = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Claims in a row that ended without a record."
    )
    unknown_end = models.CharField(
        max_length=32, blank=True, default="", db_default="", help_text="Error of a call that may have been answered."
    )
    looks = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often the network was asked how that call ended."
    )
    generation = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="Goes up with a person's retry.")
    available_at = models.DateTimeField(null=True, blank=True, help_text="Empty: at once, and it was never delayed.")
    delayed = models.BooleanField(
        default=False, db_default=False, help_text="Queued, but not to be called before available_at."
    )
    limited_since = models.DateTimeField(
        null=True, blank=True, help_text="First 429 since the last other outcome, or since a person resumed the queue."
    )
    run_trace_id = models.TextField(null=True, blank=True)  # noqa: DJ001  null: never answered
    version = models.PositiveIntegerField(null=True, blank=True, help_text="Of the network, as its answer says.")
    result_payload = ExactJSONField(null=True, blank=True)
    corrected_payload = ExactJSONField(null=True, blank=True)
    changes = ExactJSONField(
        null=True, blank=True, help_text="Where the answer is not as it came: a list of {path, from, to}."
    )
    error_code = models.CharField(max_length=32, blank=True, default="", db_default="")
    error_message = models.TextField(blank=True, default="", db_default="")
    queued_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person retried it last; empty: it waits since its queue began."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True)
    input_tokens = models.BigIntegerField(null=True, blank=True, help_text="Of all its calls; empty: of none known.")
    output_tokens = models.BigIntegerField(null=True, blank=True)
    cost = cost_field("Of all its calls, those before a person's retry too; empty: of none known.")
    waits_for = models.BinaryField(
        max_length=32, null=True, blank=True, help_text="Of a queued row: the fingerprint that another is called for."
    )
    reused_from = models.JSONField(
        null=True, blank=True, help_text="{queue, row_index} of the row whose answer it has."
    )

    objects = QueueItemQuerySet.as_manager()

    class Meta:
        ordering = ("queue", "row_index")
        indexes = (
            # Claims look into one of these three, pages of queued rows into the first. Its last two columns tell which
            # rows are not to be claimed without a look at them, and take no room: an entry is filled up to 8 bytes.
            models.Index(
                fields=("queue", "row_index", "delayed", "lost"),
                condition=Q(status=RowStatus.QUEUED),
                name="item_queued",
            ),
            models.Index(
                fields=("queue", "available_at"),
                condition=Q(status=RowStatus.QUEUED, delayed=True, lost__lt=SUSPECT_FROM),
                name="item_delayed",
            ),
            models.Index(
                fields=("queue", "row_index"),
                condition=Q(status=RowStatus.QUEUED, lost__gte=SUSPECT_FROM),
                name="item_suspect",
            ),
            models.Index(fields=("queue",), condition=Q(limited_since__isnull=False), name="item_limited"),
            models.Index(
                fields=("queue", "waits_for", "row_index"), condition=Q(waits_for__isnull=False), name="item_waits_for"
            ),
            # All but the queued ones: of many rows most wait, and those are in an index already.
            models.Index(fields=("queue", "status", "row_index"), condition=Q(status__in=CALLED), name="item_called"),
            models.Index(fields=("queue", "row_index"), condition=Q(status=RowStatus.SKIPPED), name="item_skipped"),
            models.Index(
                fields=("queue", "error_code", "row_index"),
                condition=Q(status=RowStatus.FAILED),
                name="item_page_error",
            ),
            models.Index(
                fields=("queue", "row_index"), condition=Q(corrected_payload__isnull=False), name="item_corrected"
            ),
        )
        constraints = (models.UniqueConstraint(fields=("queue", "row_index"), name="item_row_unique"),)

    def __str__(self) -> str:
        return f"row {self.row_index}"


class Attempt(models.Model):
    """The ledger of calls: one entry for each claim that ended, however it ended."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(QueueItem, on_delete=models.DO_NOTHING, related_name="attempt_log", db_constraint=False)
    generation = models.PositiveSmallIntegerField()
    attempt = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(db_default=Now())
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=32)
    detail = models.TextField(blank=True, default="", db_default="")
    unread = models.TextField(
        blank=True, default="", db_default="", help_text="The beginning of what came and could not be read."
    )

    class Meta:
        ordering = ("item", "id")

    def __str__(self) -> str:
        return f"attempt {self.attempt}: {self.outcome}"

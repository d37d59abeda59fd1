"""What worker processes have: their leases, the rows, lanes and shares that they hold by them, their last sign of life.

These rows come and go with every call, so their foreign keys are none in the database, and Django does nothing on
delete.
"""

from django.db import models

from experiments.models.networks import Network
from experiments.models.queues import Queue, QueueItem


class WorkerLease(models.Model):
    """The right of one worker process to what it has claimed, for as long as it renews it.

    Claims, lanes and shares of networks name it. When it has ended they are free for others.
    """

    id = models.UUIDField(primary_key=True)
    cluster = models.UUIDField(help_text="The same for all processes of one worker.")
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    beat_at = models.DateTimeField(help_text="When it was renewed last. All times are the database's.")
    until = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("until",), name="worker_lease_until"),)

    def __str__(self) -> str:
        return f"lease of {self.pid} on {self.host}"


class Claim(models.Model):
    """A row that a worker process has: ahead of its call, in flight, or answered and not recorded yet.

    It is apart from the row, which is wide and in many indexes: a claim comes and goes with every call.
    """

    item = models.OneToOneField(
        QueueItem, on_delete=models.DO_NOTHING, related_name="claim", db_constraint=False, primary_key=True
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.DO_NOTHING, related_name="claims", db_constraint=False, db_index=False
    )
    lease = models.ForeignKey(
        WorkerLease, on_delete=models.DO_NOTHING, related_name="claims", db_constraint=False, db_index=False
    )

    class Meta:
        indexes = (models.Index(fields=("queue", "lease"), name="claim_of_queue"),)

    def __str__(self) -> str:
        return f"claim of item {self.item_id}"


class Lead(models.Model):
    """The row of a queue that is called for all its rows that ask the same: see `worker.reuse`.

    `fingerprint`: SHA-256 of what is asked. `version`: of the network that answers it, "" where nobody knows before.
    """

    item = models.OneToOneField(
        QueueItem, on_delete=models.DO_NOTHING, related_name="lead", db_constraint=False, primary_key=True
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.DO_NOTHING, related_name="leads", db_constraint=False, db_index=False
    )
    fingerprint = models.BinaryField(max_length=32)
    version = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("queue", "fingerprint"), name="lead_of_queue"),)
        indexes = (models.Index(fields=("fingerprint",), name="lead_fingerprint"),)

    def __str__(self) -> str:
        return f"item {self.item_id} leads"


class Lane(models.Model):
    """A worker process's place at a queue, for as many calls at a time as `LANE_WIDTH`; wider queues have several."""

    queue = models.ForeignKey(Queue, on_delete=models.DO_NOTHING, related_name="lanes", db_constraint=False)
    number = models.SmallIntegerField(help_text="-1: where suspect rows are called, one at a time.")
    network = models.ForeignKey(
        Network, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    lease = models.ForeignKey(WorkerLease, on_delete=models.DO_NOTHING, related_name="lanes", db_constraint=False)
    wants = models.PositiveSmallIntegerField(default=0, help_text="Calls at a time that it could make now.")
    asks = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Calls that it could begin soon, where they are limited a minute."
    )
    served_at = models.DateTimeField(null=True, help_text="When it sent a row last, as far as others must know.")
    seen_orders = models.PositiveIntegerField(default=0, help_text="Of the queue: the last that the lane follows.")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("queue", "number"), name="lane_number_unique"),)
        indexes = (models.Index(fields=("network",), name="lane_network"),)

    def __str__(self) -> str:
        return f"lane {self.number} of {self.queue_id}"


class NetworkShare(models.Model):
    """How many calls of a network one worker process may have in flight. All shares together keep to its limit.

    `permits`: where it is limited a minute, how many may begin until `permits_until`; they may have begun by now. Then
    it also tells the others how many of its calls are `in_flight`.
    """

    network = models.ForeignKey(
        Network, on_delete=models.DO_NOTHING, related_name="shares", db_constraint=False, db_index=False
    )
    lease = models.ForeignKey(WorkerLease, on_delete=models.DO_NOTHING, related_name="shares", db_constraint=False)
    slots = models.PositiveIntegerField()
    permits = models.PositiveIntegerField(default=0, db_default=0)
    permits_until = models.DateTimeField(null=True)
    in_flight = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("network", "lease"), name="network_share_unique"),)

    def __str__(self) -> str:
        return f"{self.slots} of {self.network_id}"


class WorkerProcess(models.Model):
    """A process of a worker, as of its last sign of life. Written by the worker's main process every few seconds."""

    cluster = models.UUIDField(help_text="The same for all processes of one worker.")
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    role = models.CharField(max_length=16)
    doing = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(help_text="By the clock of the database.")

    class Meta:
        ordering = ("host", "cluster", "role", "pid")
        verbose_name_plural = "worker processes"
        constraints = (models.UniqueConstraint(fields=("cluster", "pid"), name="worker_process_unique"),)

    def __str__(self) -> str:
        return f"{self.role} {self.pid} on {self.host}"

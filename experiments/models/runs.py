"""Runs: what was sent and what came back. The foreign key to their item cascades in the database."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from experiments.models.fields import ExactJSONField
from experiments.models.networks import Network
from experiments.models.querysets import RunQuerySet
from experiments.models.queues import QueueItem, cost_field


class Run(models.Model):
    """What was sent to a network and what came back, frozen."""

    id = models.BigAutoField(primary_key=True)
    trace_id = models.TextField()
    # The indexes below begin with each of them.
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="runs", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(
        QueueItem, on_delete=models.DO_NOTHING, related_name="runs", db_constraint=False, null=True, blank=True
    )
    agent_key = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=32, default="ok")
    request = ExactJSONField(default=dict)
    final = ExactJSONField(default=dict)
    execution_log = ExactJSONField(default=list)
    debug = ExactJSONField(null=True, blank=True)
    usage = ExactJSONField(default=dict)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    input_tokens = models.BigIntegerField(null=True, blank=True)
    output_tokens = models.BigIntegerField(null=True, blank=True)
    cost = cost_field("In the network's currency; empty: not known.")
    version = models.PositiveIntegerField(null=True, blank=True, help_text="Of the network, as the answer says.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        # The trace id first, so that a run is found by it alone.
        constraints = (models.UniqueConstraint(fields=("trace_id", "network"), name="run_trace_unique"),)
        indexes = (
            models.Index(fields=("owner", "-created_at", "-id"), name="run_list_owner"),
            models.Index(fields=("-created_at", "-id"), name="run_list"),
            models.Index(fields=("network", "-created_at", "-id"), name="run_list_network"),
        )

    def __str__(self) -> str:
        return self.trace_id

"""What workers have counted since the site began. Nothing ever makes these smaller but a reset by hand."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from experiments.models.networks import Network
from experiments.models.queues import cost_field

BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Of how long a call took: the upper bounds of `buckets`. The last bucket has no bound. Another list needs a migration
that empties the table."""


def no_calls() -> list[int]:
    return [0] * (len(BOUNDS_S) + 1)


class CallTotal(models.Model):
    """Calls and recorded rows of one kind at one network, by how they ended: `worker.totals` adds to them.

    Queues are deleted and rows are retried, so their counters go down; these do not, as monitoring needs them.
    """

    kind = models.CharField(max_length=32)
    network = models.ForeignKey(
        Network, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    outcome = models.CharField(max_length=32, help_text="As in the ledger of attempts.")
    status = models.CharField(max_length=16, help_text="Of the row after it.")
    recorded = models.BigIntegerField(default=0, help_text="How often a row was recorded so.")
    calls = models.BigIntegerField(default=0, help_text="How often the network was called for that.")
    seconds = models.FloatField(default=0, help_text="That the calls took, in all.")
    buckets: "ArrayField[Any, Any]" = ArrayField(models.BigIntegerField(), default=no_calls)
    tokens = models.BigIntegerField(default=0, help_text="Those too of which the direction is not known.")
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost = cost_field("Of those calls whose cost is known, in the network's currency.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "network", "outcome", "status"), name="call_total_unique"),
        )

    def __str__(self) -> str:
        return f"{self.kind} at {self.network_id}: {self.outcome}"

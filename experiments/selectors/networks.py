"""Reading networks and what uses them."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from experiments.models import Network, NetworkCall, Queue
from experiments.models.querysets import QueueQuerySet


def networks_with_counts() -> QuerySet[Network]:
    """With `agent_count` and `queue_count`, without `additional_data`."""
    in_lists = Q(queues__parent__isnull=True, queues__deleted_at__isnull=True)
    return Network.objects.annotate(
        agent_count=Count("agents", distinct=True), queue_count=Count("queues", filter=in_lists, distinct=True)
    ).defer("additional_data")


def queues_of_network(network: Network) -> QueueQuerySet:
    """The queues that use a network, the newest first; also those that are being deleted."""
    # A trial may still use the network that its parent had before.
    uses_it = Q(network=network, parent__isnull=True) | Q(trials__network=network)
    found: QueueQuerySet = Queue.objects.filter(uses_it).distinct()
    return found


def calls_of_network(network: Network, user: Any) -> QuerySet[NetworkCall]:
    """The calls that `user` made to try it, the newest first, without their large fields."""
    return NetworkCall.objects.filter(network=network, owner=user).defer("body", "system_params")

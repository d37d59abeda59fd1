"""The end of a network that queues use: they move to another network first, or go with it."""

from django.db import transaction

from experiments.core.choices import AuditAction, ErrorCode, QueueStatus
from experiments.core.errors import Conflict
from experiments.models import Network, Queue
from experiments.selectors.networks import queues_of_network
from experiments.selectors.queues import counted_by_kind
from experiments.services import audit, networks, queue_deletion


def delete_after_move(*, network: Network, to: Network) -> int:
    """Gives its queues the other network and deletes it; how many moved. `Conflict` while one is at work.

    Their answers stay. The other network may not have their agent; its default one is called then.
    """
    with transaction.atomic():
        moved = _at_rest(network)
        agents = list(to.agents.values_list("key", flat=True))
        users = Queue.objects.filter(network=network)
        users.exclude(agent_key__in=agents).update(agent_key="")
        users.update(network=to, pinned_version=None)
        for queue in moved:
            audit.record_queue(queue.pk, AuditAction.CHANGE, settings=["network"])
        networks.delete(network=network)
    return len(moved)


def delete_with_queues(*, network: Network) -> int:
    """Deletes its queues and then it; how many queues. `Conflict` while one is at work. Large ones go later."""
    with transaction.atomic():
        gone = _at_rest(network)
        for queue in gone:
            queue_deletion.delete(queue=queue)
        # What a worker deletes part by part keeps its row until then, and must not hold the network.
        Queue.objects.filter(network=network, deleted_at__isnull=False).update(network=None)
        # A trial of another network's batch.
        Queue.objects.filter(network=network, parent__isnull=False).update(network=None)
        networks.delete(network=network)
    return len(gone)


def _at_rest(network: Network) -> list[Queue]:
    """Its queues, locked."""
    found = queues_of_network(network).kept()
    busy = found.filter(status=QueueStatus.RUNNING) | found.filter(running__gt=0)
    if busy.exists():
        raise Conflict(
            f"{counted_by_kind(busy)} of {network.name} are still running. Pause or cancel them first.",
            code=ErrorCode.IN_USE,
        )
    ids = list(found.values_list("pk", flat=True))
    return list(Queue.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))

"""Calling a network once because a person wants to try or to test it.

The call is made by a worker, never inside a web request: a slow network would hold a thread of the site for minutes,
and our own `/run`, which those threads serve, could starve. It is no item of a hidden queue, as a batch's trials are:
a queue would repeat what failed, wait where it is told to, and keep nothing of the raw answer, while this is one call,
never repeated, with everything that came back. It counts towards no network's `max_concurrency`.

A task carries an id only; the table is the truth. A call whose task was lost waits and is sent again; a call whose
worker died while it was under way is over, because it may have reached the network.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_q.tasks import async_task

from experiments.core.choices import CallState
from experiments.core.errors import Conflict, InvalidInput
from experiments.models import Network, NetworkCall
from experiments.services.networks import check_addresses

TASK = "experiments.tasks.call_network"

MOST_OPEN = 3
"""Calls of one person that may wait or be under way at a time."""
KEPT_FOR = timedelta(days=7)
TEST_MESSAGE = "This is a test of the connection. Answer briefly."


def ask(
    *,
    network: Network,
    user: Any,
    user_message: str,
    system_params: Mapping[str, Any] | None = None,
    agent_key: str = "",
    debug: bool = False,
) -> NetworkCall:
    """Has a worker call the network. `Conflict` while too many calls of this person are not answered yet."""
    if "network" in (system_params or {}):
        raise InvalidInput("The key network is reserved.", code="invalid", attr="system_params")
    check_addresses(network)
    agents = [agent.key for agent in network.agents.all()]
    if agent_key and agents and agent_key not in agents:
        sentence = f"The network {network.name} has no agent “{agent_key}”."
        raise InvalidInput(sentence, code="does_not_exist", attr="agent_key")
    if NetworkCall.objects.filter(owner=user).exclude(state=CallState.DONE).count() >= MOST_OPEN:
        raise Conflict("Your last calls are not answered yet. Wait for one of them.", code="too_many")
    with transaction.atomic():
        call: NetworkCall = NetworkCall.objects.create(
            network=network,
            owner=user,
            user_message=user_message,
            system_params=system_params or {},
            agent_key=agent_key,
            debug=debug,
        )
        send(call.pk)
    return call


def send(call_id: UUID) -> None:
    """Wakes a worker for the call."""

    def enqueue() -> None:
        async_task(TASK, str(call_id), q_options={"save": False})

    if settings.Q_CLUSTER.get("orm"):
        # The broker's table is in this database: the task is there exactly when the call is.
        enqueue()
    else:
        transaction.on_commit(enqueue)


# -- in the sweeper


def sweep() -> None:
    """Ends calls whose worker died, sends those again whose task may be lost. By the clock of the database: those of
    two workers may differ."""
    silent = NetworkCall.objects.filter(state=CallState.CALLING, beat__lt=Now() - timedelta(seconds=settings.LEASE_S))
    sentence = "The worker that made the call ended before the answer came. It is not repeated: try again."
    silent.update(state=CallState.DONE, ended_at=Now(), error_code="crashed", understood=[sentence])
    waiting = NetworkCall.objects.filter(
        state=CallState.WAITING, enqueued_at__lt=Now() - timedelta(seconds=settings.LANE_RESEND_S)
    )
    for call_id in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            if waiting.filter(pk=call_id).update(enqueued_at=Now()):
                send(call_id)


def tidy() -> None:
    """Forgets what came back a week ago; its run stays."""
    NetworkCall.objects.filter(state=CallState.DONE, ended_at__lt=timezone.now() - KEPT_FOR).delete()

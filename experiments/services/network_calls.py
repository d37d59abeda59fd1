"""Calling a network once because a person wants to try or to test it.

A worker makes the call, never a web request: a slow network would occupy a thread of the site for minutes, and our own
`/run`, which those threads serve, could starve. It is not an item of a hidden queue, as a batch's trials are: a queue
repeats calls that failed, waits for a 429 and keeps no raw answer. This is one call, never repeated, and everything
that came back is kept. It does not count towards a network's `max_concurrency`.

The table is the truth: a task that was lost is sent again. A call whose worker died is over, because it may have
reached the network.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from experiments.core.choices import CallState, ErrorCode, RowError
from experiments.core.errors import Conflict, InvalidInput
from experiments.models import Network, NetworkCall
from experiments.services.broker import send_task
from experiments.services.networks import check_addresses, check_agent

TASK = "experiments.tasks.call_network"

MOST_OPEN = 3
"""Calls of one person that may be waiting or in progress at a time."""
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
    """Has a worker call the network. `Conflict` while this person has `MOST_OPEN` calls without an answer."""
    if "network" in (system_params or {}):
        raise InvalidInput("The key network is reserved.", code=ErrorCode.INVALID, attr="system_params")
    check_addresses(network)
    check_agent(network, agent_key)
    if NetworkCall.objects.filter(owner=user).exclude(state=CallState.DONE).count() >= MOST_OPEN:
        raise Conflict("Your last calls are not answered yet. Wait for one of them.", code=ErrorCode.TOO_MANY)
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
    send_task(TASK, str(call_id))


# -- in the sweeper


def sweep() -> None:
    """Ends calls whose worker died, sends those again whose task may be lost.

    By the clock of the database, because those of two workers may differ.
    """
    silent = NetworkCall.objects.filter(state=CallState.CALLING, beat__lt=Now() - timedelta(seconds=settings.LEASE_S))
    sentence = "The worker that made the call ended before the answer came. It is not repeated: try again."
    silent.update(state=CallState.DONE, ended_at=Now(), error_code=RowError.CRASHED, understood=[sentence])
    waiting = NetworkCall.objects.filter(
        state=CallState.WAITING, enqueued_at__lt=Now() - timedelta(seconds=settings.TASK_RESEND_S)
    )
    for call_id in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            if waiting.filter(pk=call_id).update(enqueued_at=Now()):
                send(call_id)


def tidy() -> None:
    """Deletes calls that ended a week ago; their runs stay."""
    NetworkCall.objects.filter(state=CallState.DONE, ended_at__lt=timezone.now() - KEPT_FOR).delete()

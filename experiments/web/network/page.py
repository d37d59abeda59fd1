"""A network as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from experiments.kinds import kind_of
from experiments.models import Agent, Network, NetworkCall, Queue
from experiments.selectors.queues import counted_by_kind
from experiments.services.networks import SCHEMA_KEYS
from experiments.web.run import run_list
from experiments.web.run.run_list import ListedRun

LAST_RUNS = LAST_CALLS = 5
SHOWN_USERS = 20


@dataclass(frozen=True)
class NetworkPage:
    """`others`: what the network's data has beyond the schema; `runs`: the newest that the reader may see."""

    network: Network
    agents: Sequence[Agent]
    schema: Any
    guidance: str
    example: Any
    others: dict[str, Any]
    runs: tuple[ListedRun, ...]
    calls: Sequence[NetworkCall]
    has_token: bool


@dataclass(frozen=True)
class QueueUser:
    name: str
    page: str
    status: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class Users:
    """The queues that use a network, the newest first; `total` of them, `counted` by kind."""

    network: Network
    queues: tuple[QueueUser, ...]
    total: int
    counted: str


def listed() -> QuerySet[Network]:
    """With `agent_count` and `queue_count`."""
    in_lists = Q(queues__parent__isnull=True, queues__deleted_at__isnull=True)
    return Network.objects.annotate(
        agent_count=Count("agents", distinct=True), queue_count=Count("queues", filter=in_lists, distinct=True)
    ).defer("additional_data")


def page(network: Network, user: Any) -> NetworkPage:
    data = network.additional_data
    return NetworkPage(
        network=network,
        agents=list(network.agents.all()),
        schema=data.get("respond_payload_schema"),
        guidance=data.get("respond_payload_guidance") or "",
        example=data.get("respond_payload_example"),
        others={key: value for key, value in data.items() if key not in SCHEMA_KEYS},
        runs=run_list.newest(user, network=network, most=LAST_RUNS),
        calls=list(NetworkCall.objects.filter(network=network, owner=user).defer("body", "system_params")[:LAST_CALLS]),
        has_token=bool(network.sealed_token),
    )


def users_of(network: Network) -> Users:
    # A trial may still hold the network that its parent had before.
    held = Q(network=network, parent__isnull=True) | Q(trials__network=network)
    queues = Queue.objects.kept().filter(held).distinct().select_related("created_by")
    return Users(
        network, tuple(_user(queue) for queue in queues[:SHOWN_USERS]), queues.count(), counted_by_kind(queues)
    )


def _user(queue: Queue) -> QueueUser:
    page = kind_of(queue).address(queue.pk)
    return QueueUser(queue.name, page, queue.status, queue.created_by.get_username(), queue.created_at)

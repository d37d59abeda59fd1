"""Networks as their list, the page of one, and the page that asks before it is deleted show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiments.kinds import kind_of
from experiments.models import Agent, Network, NetworkCall
from experiments.selectors.networks import calls_of_network, queues_of_network
from experiments.selectors.queues import counted_by_kind
from experiments.services.networks import SCHEMA_KEYS
from experiments.web.network.fields import ENDPOINT_TEXTS, LABELS, NETWORK_FIELDS, Section
from experiments.web.run.run_list import ListedRun, newest_runs_of_network
from experiments.web.schema.importing import FoundField, lines_of_schema

MAX_RUNS = MAX_CALLS = 5
MAX_USERS = 20


@dataclass(frozen=True)
class NetworkPage:
    """`others`: what the network's data has beyond the schema; `runs`: the newest that the reader may see.

    `endpoint` are the labels and values of what its model has of its own, `call_settings` those of the plain fields
    that tell how it is called.
    """

    network: Network
    agents: Sequence[Agent]
    schema: Any
    fields: Sequence[FoundField]
    guidance: str
    example: Any
    others: dict[str, Any]
    runs: tuple[ListedRun, ...]
    calls: Sequence[NetworkCall]
    has_token: bool
    endpoint: tuple[tuple[str, str], ...]
    call_settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class QueueUser:
    name: str
    page: str
    status: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class NetworkUsers:
    """The queues that use a network, the newest first; `total` of them, `counted` by kind."""

    network: Network
    queues: tuple[QueueUser, ...]
    total: int
    counted: str


def page_of_network(network: Network, user: Any) -> NetworkPage:
    data = network.additional_data
    return NetworkPage(
        network=network,
        agents=list(network.agents.all()),
        schema=data.get("respond_payload_schema"),
        fields=lines_of_schema(data.get("respond_payload_schema")),
        guidance=data.get("respond_payload_guidance") or "",
        example=data.get("respond_payload_example"),
        others={key: value for key, value in data.items() if key not in SCHEMA_KEYS},
        runs=newest_runs_of_network(user, network=network, most=MAX_RUNS),
        calls=list(calls_of_network(network, user)[:MAX_CALLS]),
        has_token=bool(network.sealed_token),
        endpoint=_shown_endpoint(network.endpoint_settings or {}),
        call_settings=tuple(
            (field.label, field.shown_value(getattr(network, field.name)))
            for field in NETWORK_FIELDS
            if field.section == Section.CALL
        ),
    )


def _shown_endpoint(endpoint: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    shown = [
        (field.label, field.shown_value(value))
        for field in ENDPOINT_TEXTS
        if not isinstance(value := endpoint.get(field.name.removeprefix("endpoint.")), list) and value not in ("", None)
    ]
    if endpoint.get("has_api_key"):
        shown.append((LABELS["endpoint.api_key"], "a key is stored"))
    if endpoint.get("headers"):
        shown.append((LABELS["endpoint.headers"], ", ".join(endpoint["headers"])))
    return tuple(shown)


def users_of_network(network: Network) -> NetworkUsers:
    queues = queues_of_network(network).kept().select_related("created_by")
    newest = tuple(
        QueueUser(
            name=queue.name,
            page=kind_of(queue).address(queue.pk),
            status=queue.status,
            created_by=queue.created_by.get_username(),
            created_at=queue.created_at,
        )
        for queue in queues[:MAX_USERS]
    )
    return NetworkUsers(network, newest, queues.count(), counted_by_kind(queues))

"""Writing networks with their agents."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from experiments.errors import Conflict, InvalidInput
from experiments.models import Agent, Network

logger = logging.getLogger(__name__)

SCHEMA_KEYS = ("respond_payload_schema", "respond_payload_guidance", "respond_payload_example")
"""The only keys of `additional_data` that a batch may write."""


def save(*, network: Network | None, values: Mapping[str, Any]) -> Network:
    """Creates or changes a network; `agents`, where given, replaces all its agents. `InvalidInput` for a taken name."""
    network = network or Network()
    fields = dict(values)
    agents = fields.pop("agents", None)
    for name, value in fields.items():
        setattr(network, name, value)
    # Only what was given: a batch may be writing its schema into the same row.
    written = {"sealed_token" if name == "run_token" else name for name in fields} | {"updated_at"}
    try:
        with transaction.atomic():
            network.save(update_fields=written if network.pk else None)
            if agents is not None:
                _replace_agents(network, agents)
    except IntegrityError:
        # Two at the same time: what each asked for was free when it was checked.
        raise InvalidInput(
            f"A network {network.name} was saved at the same time. Look at it, then try again.",
            code="unique",
            attr="name",
        ) from None
    return network


def _replace_agents(network: Network, agents: Sequence[Mapping[str, Any]]) -> None:
    network.agents.all().delete()
    by_key = {}
    for values in agents:
        plain = {name: value for name, value in values.items() if name != "routes"}
        by_key[values["key"]] = Agent.objects.create(network=network, **plain)
    for values in agents:
        by_key[values["key"]].routes.set([by_key[key] for key in values.get("routes", [])])


def delete(*, network: Network) -> None:
    """`Conflict` while batches use it: their rows would lose what they were asked."""
    try:
        network.delete()
    except (ProtectedError, IntegrityError):
        raise Conflict(
            f"The network {network.name} is used by {network.queues.count()} batches. Delete those first.",
            code="in_use",
        ) from None


def write_schema(*, network_id: int, changes: Mapping[str, Any], by: str) -> None:
    """Writes the three schema keys of `additional_data`, nothing else; logs before, after and who asked."""
    with transaction.atomic():
        network = Network.objects.select_for_update(no_key=True).get(pk=network_id)
        before = {key: network.additional_data.get(key) for key in SCHEMA_KEYS}
        after = {key: changes.get(key) for key in SCHEMA_KEYS}
        if before == after:
            return
        network.additional_data = {**network.additional_data, **after}
        network.save(update_fields=["additional_data", "updated_at"])
    logger.info("schema of network %s changed by %s: before %s, after %s", network.name, by, before, after)

"""Writing networks with their agents."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.db.models.functions import Now

from experiments import response_schema
from experiments.core.choices import AuditAction, ErrorCode
from experiments.core.errors import Conflict, Gone, InvalidInput
from experiments.models import Agent, Network
from experiments.models.run_hosts import check_endpoint_url, check_run_url
from experiments.selectors.networks import queues_of_network
from experiments.selectors.queues import counted_by_kind
from experiments.services import audit
from experiments.services.broker import wake_workers

logger = logging.getLogger(__name__)

SCHEMA_KEYS = ("respond_payload_schema", "respond_payload_guidance", "respond_payload_example")
"""The only keys of `additional_data` that a start may write."""
COLUMNS = {"run_token": ("sealed_token",), "endpoint": ("endpoint_settings", "sealed_endpoint")}
"""Where values are stored that are not columns by their own name."""
NAMED = 5
"""Queues that a refused deletion names."""


def find(id_or_name: int | str) -> Network:
    """By id, or by name; a text of digits is a name first."""
    found = Network.objects.filter(name=id_or_name).first() if isinstance(id_or_name, str) else None
    if found is None and (isinstance(id_or_name, int) or (id_or_name.isdecimal() and len(id_or_name) < 20)):
        found = Network.objects.filter(pk=int(id_or_name)).first()
    if found is None:
        raise InvalidInput(f"There is no network “{id_or_name}”.", code=ErrorCode.DOES_NOT_EXIST, attr="network")
    return found


def schema_of_network(network: Network) -> tuple[dict[str, Any], str, dict[str, Any]] | None:
    """`(schema, guidance, example)` of the network's answers; None where it has no schema."""
    data = network.additional_data
    if not data.get("respond_payload_schema"):
        return None
    schema = response_schema.check_schema(data["respond_payload_schema"])
    guidance = data.get("respond_payload_guidance") or response_schema.guidance(schema)
    return schema, guidance, data.get("respond_payload_example") or response_schema.example(schema)


def save(*, network: Network | None, values: Mapping[str, Any], seen: datetime | None = None) -> Network:
    """Creates or changes a network; `agents`, where given, replaces all its agents. `InvalidInput` for a taken name.

    `seen`: the `updated_at` that the writer has seen; `Conflict` where somebody has saved the network since.
    """
    network = network or Network()
    made = network.pk is None
    fields = dict(values)
    agents = fields.pop("agents", None)
    for name, value in fields.items():
        setattr(network, name, value)
    # Only the given fields: a start may be writing its schema into the same row.
    written = {column for name in fields for column in COLUMNS.get(name, (name,))} | {"updated_at"}
    try:
        with transaction.atomic():
            if seen is not None:
                _refuse_if_changed(network, seen)
            network.save(update_fields=written if network.pk else None)
            if agents is not None:
                _replace_agents(network, agents)
            action = AuditAction.CREATE if made else AuditAction.CHANGE
            audit.record_network(network, action, settings=sorted(values))
    except IntegrityError:
        # Two saved at the same time: the name was free when each of them was checked.
        raise InvalidInput(
            f"A network {network.name} was saved at the same time. Look at it, then try again.",
            code=ErrorCode.UNIQUE,
            attr="name",
        ) from None
    return network


def _refuse_if_changed(network: Network, seen: datetime) -> None:
    # Its row stays locked until it is written.
    now = Network.objects.select_for_update(no_key=True).filter(pk=network.pk).values_list("updated_at", flat=True)
    changed_at = now.first()
    if changed_at is None:
        raise Gone("This network was deleted in the meantime.", code=ErrorCode.NOT_FOUND)
    if changed_at != seen:
        raise Conflict(
            f"{network.name} changed since you opened it. Review the changes.", code=ErrorCode.CHANGED_MEANWHILE
        )


def _replace_agents(network: Network, agents: Sequence[Mapping[str, Any]]) -> None:
    network.agents.all().delete()
    by_key = {}
    for values in agents:
        plain = {name: value for name, value in values.items() if name != "routes"}
        by_key[values["key"]] = Agent.objects.create(network=network, **plain)
    for values in agents:
        by_key[values["key"]].routes.set([by_key[key] for key in values.get("routes", [])])


def hold(*, network_id: int, minutes: int, by: str) -> None:
    """No row is called over it for so long; calls in progress end. `Conflict` where it is held already."""
    with transaction.atomic():
        free = Q(held_until=None) | Q(held_until__lte=Now())
        held = Network.objects.filter(free, pk=network_id).update(
            held_since=Now(), held_until=Now() + timedelta(minutes=minutes), hold_reason=f"Held by {by}."
        )
        if not held:
            raise Conflict("This network is on hold already.", code=ErrorCode.WRONG_STATUS)
        audit.record_network(Network.objects.get(pk=network_id), AuditAction.PAUSE, minutes=minutes)


def end_hold(*, network_id: int) -> None:
    """Calls begin again, one first. Nothing where the network is not held."""
    with transaction.atomic():
        Network.objects.filter(pk=network_id, held_until__gt=Now()).update(held_until=Now())
        wake_workers()


def agents_changed(*, network: Network) -> None:
    """Its agents were written one by one: those who call it read it again."""
    with transaction.atomic():
        network.save(update_fields=["updated_at"])
        audit.record_network(network, AuditAction.CHANGE, settings=["agents"])


def check_addresses(network: Network) -> None:
    """`InvalidInput` where an address is not allowed, or not any more: the list of hosts may have become shorter."""
    for url in filter(None, (network.run_url, network.config_url)):
        check_run_url(url, attr="network")
    if network.endpoint_settings and network.endpoint_settings["base_url"] and not network.run_url:
        check_endpoint_url(network.endpoint_settings["base_url"], attr="network")


def check_agent(network: Network, agent_key: str) -> None:
    """`InvalidInput` where the network lists its agents and this one, if one is asked for, is not among them."""
    keys = [agent.key for agent in network.agents.all()] if agent_key else []
    if keys and agent_key not in keys:
        sentence = f"The network {network.name} has no agent “{agent_key}”."
        raise InvalidInput(sentence, code=ErrorCode.DOES_NOT_EXIST, attr="agent_key")


def delete(*, network: Network) -> None:
    """`Conflict` while queues use it."""
    try:
        with transaction.atomic():
            audit.record_network(network, AuditAction.DELETE)
            network.delete()
    except (ProtectedError, IntegrityError):
        raise Conflict(f"Can’t delete {network.name}. Used by {_used_by(network)}.", code=ErrorCode.IN_USE) from None


def _used_by(network: Network) -> str:
    """`3 batches: “A”, “B”, “C”`, in the words of their kinds; of many the newest."""
    queues = queues_of_network(network)
    names = [f"“{name}”" for name in queues.values_list("name", flat=True)[: NAMED + 1]]
    return f"{counted_by_kind(queues)}: {', '.join(names[:NAMED])}{' …' if len(names) > NAMED else ''}"


def change_schema(*, network_id: int, schema: dict[str, Any] | None, by: str) -> None:
    """Another schema, none for None. Guidance and example follow it, but for a guidance that somebody wrote."""
    data = Network.objects.get(pk=network_id).additional_data
    before, guidance = data.get("respond_payload_schema"), data.get("respond_payload_guidance")
    is_written = bool(guidance) and not (before and guidance == response_schema.guidance(before))
    values = (
        schema,
        guidance if is_written else response_schema.guidance(schema) if schema else None,
        response_schema.example(schema) if schema else None,
    )
    write_schema(network_id=network_id, changes=dict(zip(SCHEMA_KEYS, values, strict=True)), by=by)


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
        changed = [key for key in SCHEMA_KEYS if before[key] != after[key]]
        audit.record_network(network, AuditAction.SCHEMA, settings=changed, asked_by=by)
    logger.info("schema of network %s changed by %s: before %s, after %s", network.name, by, before, after)

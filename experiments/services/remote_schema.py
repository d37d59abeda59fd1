"""Networks whose runtime has a configuration API: their schema is written there, and a queue runs on one version.

Everything here calls over HTTP: never within a transaction.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import AuditAction
from experiments.core.json_text import cleaned
from experiments.models import Network
from experiments.models.run_hosts import same_origin
from experiments.run_client import config_api
from experiments.run_client.config_api import ConfigTarget, RemoteNetwork
from experiments.services import audit
from experiments.services.networks import SCHEMA_KEYS, check_addresses, write_schema

logger = logging.getLogger(__name__)

TYPES: dict[str, type] = dict(zip(SCHEMA_KEYS, (dict, str, dict), strict=True))


def config_target(network: Network) -> ConfigTarget | None:
    """Where the network's configuration API is; None for a network without one, or that this site answers itself.

    The token is for the host of `run_url`: another one is called without it.
    """
    if not (network.config_url and network.run_url):
        return None
    token = network.run_token if same_origin(network.config_url, network.run_url) else ""
    return ConfigTarget(network.config_url, f"Bearer {token}" if token else None, network.remote_name or network.name)


def read(network: Network, *, by: str) -> RemoteNetwork | None:
    """The network as the runtime has it, None without a configuration API. Its schema is copied to our network."""
    target = config_target(network)
    if target is None:
        return None
    check_addresses(network)
    found = config_api.read_network(target)
    schema = schema_of_remote(found)
    if any(value is not None for value in schema.values()):
        write_schema(network_id=network.pk, changes=schema, by=f"{by} (as the remote has it)")
    return found


@dataclass(frozen=True, slots=True)
class Pin:
    """The version that a queue keeps to; None where the runtime tells none, or the network has no versions."""

    network_id: int | None
    version: int | None


def pin(network: Network | None, *, by: str) -> Pin:
    """For a queue that only reads its network: the version that staff chose, or the published one."""
    found = read(network, by=by) if network else None
    if network is None or found is None:
        return Pin(network.pk if network else None, None)
    return Pin(network.pk, version_to_keep(network, found))


def version_to_keep(network: Network, found: RemoteNetwork) -> int | None:
    return found.version if network.version is None else network.version


def schema_of_remote(found: RemoteNetwork) -> dict[str, Any]:
    """The three schema keys; a value of the wrong type counts as absent."""
    values = {key: found.data.get(key) for key in SCHEMA_KEYS}
    return {key: cleaned(value) if isinstance(value, TYPES[key]) else None for key, value in values.items()}


def push_schema(network: Network, found: RemoteNetwork, changes: Mapping[str, Any], *, by: str) -> int:
    """Writes the schema into the runtime's network, leaving its other keys, and publishes it; the version that has it.

    `InvalidInput` where a step fails. What was written until then is kept: the next start writes it again.
    """
    target = config_target(network)
    if target is None:
        raise ValueError(f"{network} has no configuration API.")
    before = {key: found.data.get(key) for key in SCHEMA_KEYS}
    after = {key: changes.get(key) for key in SCHEMA_KEYS}
    config_api.write_data(target, found, {**found.data, **after})
    version = config_api.publish(target, found)
    audit.record_network(network, AuditAction.SCHEMA, published=version, asked_by=by)
    sentence = "schema of network %s written by %s and published as version %s of the remote: before %s, after %s"
    logger.info(sentence, network.name, by, version, before, after)
    return version

"""Networks whose runtime has a configuration API: their schema is written there, and a queue runs on one version.

Everything here calls over HTTP: never within a transaction.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.json_text import cleaned
from experiments.models import Network
from experiments.models.run_hosts import same_origin
from experiments.run_client import config_api
from experiments.run_client.config_api import ConfigTarget, RemoteNetwork
from experiments.services.networks import SCHEMA_KEYS, check_addresses, write_schema

logger = logging.getLogger(__name__)

SHAPES: dict[str, type] = dict(zip(SCHEMA_KEYS, (dict, str, dict), strict=True))


def config_target(network: Network) -> ConfigTarget | None:
    """Where the network's configuration API is; None for a network without one, or that this site answers itself.

    The token is for the host of `run_url`: another one is called without it.
    """
    if not (network.config_url and network.run_url):
        return None
    token = network.run_token if same_origin(network.config_url, network.run_url) else ""
    return ConfigTarget(network.config_url, f"Bearer {token}" if token else None, network.name)


def read(network: Network, *, by: str) -> RemoteNetwork | None:
    """What the runtime has now, None without a configuration API; what it has of the schema is copied to our side."""
    target = config_target(network)
    if target is None:
        return None
    check_addresses(network)
    found = config_api.read_network(target)
    schema = schema_of(found)
    if any(value is not None for value in schema.values()):
        write_schema(network_id=network.pk, changes=schema, by=f"{by} (as the remote has it)")
    return found


@dataclass(frozen=True, slots=True)
class Pin:
    """The version that a queue on this network keeps to; None where the runtime does not tell one, or has none."""

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


def schema_of(found: RemoteNetwork) -> dict[str, Any]:
    """The three schema keys; what is not of the type that such a key has counts as absent."""
    values = {key: found.data.get(key) for key in SCHEMA_KEYS}
    return {key: cleaned(value) if isinstance(value, SHAPES[key]) else None for key, value in values.items()}


def push_schema(network: Network, found: RemoteNetwork, changes: Mapping[str, Any], *, by: str) -> int:
    """Writes the schema beside whatever else the runtime's network has, and publishes; the version that has it.

    `InvalidInput` where a step fails. What was written is left as it is then: the next start writes it again.
    """
    target = config_target(network)
    if target is None:
        raise ValueError(f"{network} has no configuration API.")
    before = {key: found.data.get(key) for key in SCHEMA_KEYS}
    after = {key: changes.get(key) for key in SCHEMA_KEYS}
    config_api.write_data(target, found, {**found.data, **after})
    version = config_api.publish(target, found)
    sentence = "schema of network %s written by %s and published as version %s of the remote: before %s, after %s"
    logger.info(sentence, network.name, by, version, before, after)
    return version

"""Calls of a remote network, made in this process as a worker makes them."""

from typing import Any

from experiments.models import Network, NetworkCall
from experiments.services import network_calls, networks
from experiments.worker.network_calls import perform
from tests.integration.web.network.support import SCHEMA
from tests.integration.web.support import user
from tests.support.run_server import RunServer

JUDGED = {"respond_payload_schema": SCHEMA}


def remote(server: RunServer, **values: Any) -> Network:
    given = {"name": "remote", "run_url": server.url, "run_token": "a-token-of-the-network", "timeout_s": 5}
    return networks.save(network=None, values={**given, **values})


def asked(network: Network, who: str = "ann", **values: Any) -> NetworkCall:
    return network_calls.ask(network=network, user=user(who), **{"user_message": "hello", **values})


def called(network: Network, **values: Any) -> NetworkCall:
    call = asked(network, **values)
    perform(call.pk)
    call.refresh_from_db()
    return call

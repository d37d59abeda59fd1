"""Batches on a network whose runtime has a configuration API."""

from typing import Any

from tests.support.api import TOPIC, Api, numbered
from tests.support.run_server import RunServer

TOKEN = "run-token-4711-abcdef-very-secret"
MINE = {"owner": "the team", "execution_log": {"tools": ["a"]}}
"""What somebody else keeps in the remote network's additional_data."""
OTHER = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}


def remote_network(api: Api, server: RunServer, name: str = "net", **values: Any) -> str:
    return api.network(server, name, config_url=server.base, run_token=TOKEN, **values)


def ready(api: Api, network: str = "net", rows: int = 3, **values: Any) -> str:
    return api.ready(network, numbered(rows), **{"response_fields": [TOPIC], **values})


def config_calls(server: RunServer) -> list[tuple[str, str]]:
    return [(call["method"], call["path"]) for call in server.remote_state()["calls"]]


def versions_sent(server: RunServer) -> list[int | None]:
    return [call["body"].get("version") for call in server.ledger()]


def data_at_remote(server: RunServer) -> dict[str, Any]:
    data: dict[str, Any] = server.remote_state()["networks"][0]["additional_data"]
    return data

"""The order in which the operator built the answer is the order everywhere."""

from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer

LAST_FIRST = [
    {"name": name, "description": "", "type": "string", "required": True} for name in ("zeta", "b", "alphabet", "aa")
]


def test_properties_of_the_schema_keep_the_order_of_the_fields(api: Api, run_server: RunServer) -> None:
    batch = api.ready(api.network(run_server), numbered(1), response_fields=LAST_FIRST)
    schema = api.batch(batch)["schema_json"]
    assert list(schema["properties"]) == ["zeta", "b", "alphabet", "aa"]
    assert from_csv(api.export(batch, partial=1, metadata=0))[0] == ["id", "text", "zeta", "b", "alphabet", "aa"]


def test_a_kept_schema_of_the_network_keeps_its_order(api: Api, run_server: RunServer) -> None:
    properties = {name: {"type": "string"} for name in ("zeta", "b", "alphabet", "aa")}
    schema = {"type": "object", "properties": properties, "required": ["zeta"]}
    network = api.network(run_server, additional_data={"respond_payload_schema": schema})
    batch = api.ready(network, numbered(1), response_fields=[], schema_mode="keep")
    api.run(batch)
    assert [field["name"] for field in api.batch(batch)["response_fields"]] == ["zeta", "b", "alphabet", "aa"]

"""Numbers of a request are stored and sent on as they are written, or refused."""

from typing import Any

import pytest

from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

ODD = "12345678901234567.89"


def sent(api: Api, method: str, path: str, body: str) -> Any:
    return getattr(api.client, method)(f"/api{path}", body, content_type="application/json")


def test_a_networks_own_data_keeps_them(api: Api) -> None:
    body = f'{{"name": "net", "additional_data": {{"a": {ODD}, "b": 0.10, "c": [1e300]}}}}'
    made = sent(api, "post", "/networks", body)
    assert made.status_code == 201
    for content in (made.content, api.client.get(f"/api/networks/{made.json()['id']}").content):
        assert f'"additional_data":{{"a":{ODD},"b":0.10,"c":[1e+300]}}'.encode() in content


def test_a_number_that_cannot_be_kept_is_said(api: Api) -> None:
    refused = sent(api, "post", "/networks", '{"name": "net", "additional_data": {"a": 1e-999}}')
    assert refused.status_code == 400
    assert "the number 1e-999 cannot be kept" in refused.json()["errors"][0]["detail"]


def test_an_example_and_a_bound_go_to_the_runtime_as_they_are(api: Api, run_server: RunServer, worker: Worker) -> None:
    schema = '{"type": "object", "properties": {"n": {"type": "number", "maximum": 0.10, "minimum": -1.50}}}'
    data = f'{{"respond_payload_schema": {schema}, "respond_payload_example": {{"n": 0.010}}}}'
    body = f'{{"name": "net", "run_url": "{run_server.url}", "additional_data": {data}}}'
    assert sent(api, "post", "/networks", body).status_code == 201
    run_server.script(default={"do": "ok", "payload": {"n": 0.1}})
    batch = api.ready("net", numbered(1), schema_mode="keep", response_fields=[])
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 1, "0.1 is not more than 0.10"
    called = run_server.ledger()[0]["body"]
    assert called["respond_payload_schema"]["properties"]["n"]["maximum"] == 0.1
    assert called["respond_payload_example"] == {"n": 0.01}
    assert api.batch(batch)["schema_json"]["properties"]["n"]["maximum"] == 0.1


@pytest.mark.parametrize("value", [ODD, "0.10", f'{{"a": {ODD}}}'])
def test_what_an_experiment_expects_is_the_text_of_it(api: Api, value: str) -> None:
    api.network(None)
    made = api.post("/experiments", {"name": "e", "network": "net"})["id"]
    body = f'{{"user_message": "x", "expected": {value}, "system_params": {{"limit": {ODD}}}}}'
    assert sent(api, "post", f"/experiments/{made}/items", body).status_code == 201
    [row] = api.get(f"/experiments/{made}/rows")["results"]
    assert row["row_payload"]["expected"] == value.replace(" ", "")
    assert row["row_payload"]["system_params"] == f'{{"limit":{ODD}}}'

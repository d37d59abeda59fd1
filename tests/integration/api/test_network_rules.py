"""What a network may not be; the error names the field."""

from typing import Any

import pytest

from tests.integration.api.support import errors
from tests.support.api import Api

DEEP: Any = 1
for _ in range(120):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": 601}, "timeout_s"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"tokens_per_minute": 2**40}, "tokens_per_minute"),
        ({"max_steps": -1}, "max_steps"),
        ({"version": 2**40}, "version"),
        ({"transient_400": "perhaps"}, "transient_400"),
        ({"run_url": "ftp://127.0.0.1/run"}, "run_url"),
        ({"run_url": "http://192.0.2.1/run"}, "run_url"),
        ({"run_url": "http://u:p@127.0.0.1/run"}, "run_url"),
        ({"config_url": "http://192.0.2.1/"}, "config_url"),
        ({"run_token": "a\nb"}, "run_token"),
        ({"run_token": "größe"}, "run_token"),
        ({"additional_data": []}, "additional_data"),
        ({"additional_data": {"a": "\0"}}, "additional_data"),
        ({"additional_data": {"\0": 1}}, "additional_data"),
        ({"additional_data": {"respond_payload_schema": {"type": "array"}}}, "additional_data"),
        ({"additional_data": {"respond_payload_schema": {"type": "object", "$ref": "#"}}}, "additional_data"),
        ({"additional_data": {"respond_payload_guidance": 5}}, "additional_data"),
        ({"additional_data": {"respond_payload_example": "x"}}, "additional_data"),
        ({"agents": [{"key": "a"}, {"key": "a"}]}, "agents"),
        ({"agents": [{"key": "a", "is_default": True}, {"key": "b", "is_default": True}]}, "agents"),
        ({"agents": [{"key": "a", "routes": ["b"]}]}, "agents"),
        ({"agents": [{"key": "a"}, {"prompt": "no key"}]}, "agents.1.key"),
    ],
)
def test_the_error_names_the_field(api: Api, values: dict[str, Any], attr: str) -> None:
    body = api.post("/networks", {"name": "net", **values}, 400)
    assert [where for _, where in errors(body)] == [attr]
    assert api.get("/networks")["results"] == []


def test_a_change_names_the_key_of_each_agent(api: Api) -> None:
    made = api.post("/networks", {"name": "net", "agents": [{"key": "a"}]})
    body = api.patch(f"/networks/{made['id']}", {"agents": [{"key": "b"}, {"prompt": "no key"}]}, 400)
    assert errors(body) == [("required", "agents.1.key")]
    assert api.get(f"/networks/{made['id']}") == made


def test_a_name_is_there_once(api: Api) -> None:
    api.post("/networks", {"name": "net"})
    assert errors(api.post("/networks", {"name": "net"}, 400)) == [("unique", "name")]


def test_data_without_a_bottom_is_refused(api: Api) -> None:
    body = api.post("/networks", {"name": "net", "additional_data": {"a": DEEP}}, 400)
    assert errors(body, kind="client_error") == [("parse_error", None)]

"""A draft is made with a name and a network; every other setting can come with it, or later."""

from typing import Any

import pytest

from experiments.models import Network
from tests.integration.api.support import errors
from tests.support.api import TOPIC, Api


def test_all_settings_at_once(api: Api) -> None:
    api.network(None)
    settings: dict[str, Any] = {
        "name": "mails",
        "agent_key": "a",
        "prompt_template": " {{ row.text }}\n",
        "response_fields": [TOPIC],
        "schema_mode": "keep",
        "debug": True,
        "concurrency": 3,
        "max_attempts": 2,
    }
    columns = [{"name": "id"}, {"name": "text", "mode": "system_param", "key": "mail.body"}]
    batch = api.post("/csv_batches", {"network": "net", "columns": columns, **settings})
    assert {key: batch[key] for key in settings} == settings
    assert batch["columns"] == [
        {"name": "id", "header": "id", "mode": "ignore", "key": "id"},
        {"name": "text", "header": "text", "mode": "system_param", "key": "mail.body"},
    ]


def test_the_network_by_id_and_by_name(api: Api) -> None:
    made = api.post("/networks", {"name": "net"})
    for given in ("net", made["id"], str(made["id"])):
        assert api.post("/csv_batches", {"name": "x", "network": given})["network"]["name"] == "net"


def test_a_name_that_looks_like_an_id(api: Api) -> None:
    plain = Network.objects.create(name="plain")
    odd = Network.objects.create(name=str(plain.pk))
    by_text = api.post("/csv_batches", {"name": "x", "network": str(plain.pk)})
    by_number = api.post("/csv_batches", {"name": "x", "network": plain.pk})
    assert by_text["network"] == {"id": odd.pk, "name": odd.name}
    assert by_number["network"] == {"id": plain.pk, "name": "plain"}


@pytest.mark.parametrize("network", ["other", 0, -1, 2**70, "9" * 30, "²", "net "])
def test_a_network_that_is_not_there(api: Api, network: Any) -> None:
    api.network(None)
    body = api.post("/csv_batches", {"name": "x", "network": network}, 400)
    assert errors(body) == [("does_not_exist", "network")]


@pytest.mark.parametrize("network", [None, "", True, 1.5, [], {}, "a\0b"])
def test_what_names_no_network(api: Api, network: Any) -> None:
    body = api.post("/csv_batches", {"name": "x", "network": network}, 400)
    assert [where for _, where in errors(body)] == ["network"]


def test_every_missing_field_is_named(api: Api) -> None:
    assert errors(api.post("/csv_batches", {}, 400)) == [("required", "name"), ("required", "network")]


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"schema_mode": "replace"}, "schema_mode"),
        ({"debug": "perhaps"}, "debug"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": "many"}, "concurrency"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 101}, "max_attempts"),
        ({"prompt_template": "{{"}, "prompt_template"),
        ({"prompt_template": "{% for x in row %}"}, "prompt_template"),
        ({"prompt_template": "{{ 2 ** 99 }}"}, "prompt_template"),
        ({"prompt_template": "x" * 70_000}, "prompt_template"),
        ({"columns": "id"}, "columns"),
        ({"columns": [{"name": "a"}, {"name": "a"}]}, "columns"),
        ({"columns": [{"name": "a", "mode": "prompts"}]}, "columns"),
        ({"columns": [{"name": "a", "mode": ["prompt"]}]}, "columns"),
        ({"columns": [{"name": "a", "mode": "system_param", "key": "network.x"}]}, "columns"),
        ({"columns": [{"mode": "prompt"}]}, "columns"),
        ({"columns": ["a"]}, "columns.0"),
        ({"response_fields": [{"name": "1st"}]}, "response_fields"),
        ({"response_fields": [{"name": "a"}, {"name": "a"}]}, "response_fields"),
        ({"response_fields": [{"name": "a", "type": "day"}]}, "response_fields"),
        ({"response_fields": [{"name": "a", "type": ["string"]}]}, "response_fields"),
        ({"response_fields": [{"name": "a", "type": "number", "choices": ["x"]}]}, "response_fields"),
        ({"response_fields": {"name": "a"}}, "response_fields"),
    ],
)
def test_what_cannot_be_taken_names_the_field(api: Api, values: dict[str, Any], attr: str) -> None:
    api.network(None)
    body = api.post("/csv_batches", {"name": "x", "network": "net", **values}, 400)
    assert [where for _, where in errors(body)] == [attr]
    assert api.get("/csv_batches")["results"] == []


def test_keys_that_clash(api: Api) -> None:
    api.network(None)
    columns = [{"name": "a", "mode": "system_param"}, {"name": "a.b", "mode": "system_param"}]
    body = api.post("/csv_batches", {"name": "x", "network": "net", "columns": columns}, 400)
    assert errors(body) == [("key_clash", "columns")]
    columns[1]["key"] = "c"
    api.post("/csv_batches", {"name": "x", "network": "net", "columns": columns})

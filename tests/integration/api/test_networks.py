"""Networks: made, read, changed and deleted."""

from typing import Any

from experiments.models import Network
from tests.integration.api.support import AGENT_KEYS, NETWORK_KEYS, Draft, errors
from tests.support.api import Api

FULL: dict[str, Any] = {
    "name": "support",
    "description": "Answers mails.",
    "run_url": "http://127.0.0.1:9/run",
    "run_token": "s3cret",
    "config_url": "http://127.0.0.1:9/config",
    "transient_400": True,
    "version": 3,
    "max_steps": 5,
    "timeout_s": 30,
    "max_concurrency": 4,
    "users_may_update_schema": False,
    "additional_data": {"anything": [1, {"a": None}]},
    "agents": [
        {
            "key": "a",
            "display_name": "A",
            "prompt": "Sort.",
            "is_default": True,
            "allow_respond": True,
            "routes": ["b"],
        },
        {"key": "b", "display_name": "B", "prompt": "Answer.", "model": "m"},
    ],
}


def test_what_is_written_is_read_but_for_the_token(api: Api) -> None:
    made = api.post("/networks", FULL)
    assert set(made) == NETWORK_KEYS
    assert {key: made[key] for key in FULL if key not in ("run_token", "agents")} == {
        key: value for key, value in FULL.items() if key not in ("run_token", "agents")
    }
    assert [set(agent) for agent in made["agents"]] == [AGENT_KEYS] * 2
    assert [agent["routes"] for agent in made["agents"]] == [["b"], []]
    assert api.get(f"/networks/{made['id']}") == made
    assert api.get("/networks")["results"] == [made]


def test_the_token_is_never_shown_and_is_stored_sealed(api: Api) -> None:
    made = api.post("/networks", FULL)
    changed = api.patch(f"/networks/{made['id']}", {"run_token": "an0ther"})
    shown = repr([made, changed, api.get("/networks"), api.get(f"/networks/{made['id']}")])
    assert "s3cret" not in shown
    assert "an0ther" not in shown
    network = Network.objects.get(pk=made["id"])
    assert "an0ther" not in network.sealed_token
    assert network.run_token == "an0ther"


def test_a_change_leaves_what_it_does_not_name(api: Api) -> None:
    made = api.post("/networks", FULL)
    changed = api.patch(f"/networks/{made['id']}", {"timeout_s": 60})
    assert changed == {**made, "timeout_s": 60}
    assert Network.objects.get(pk=made["id"]).run_token == "s3cret"


def test_agents_are_replaced_as_a_whole(api: Api) -> None:
    made = api.post("/networks", FULL)
    changed = api.patch(f"/networks/{made['id']}", {"agents": [{"key": "c", "is_default": True}]})
    assert [agent["key"] for agent in changed["agents"]] == ["c"]


def test_a_network_without_batches_can_be_deleted(api: Api) -> None:
    made = api.post("/networks", FULL)
    api.delete(f"/networks/{made['id']}")
    api.get(f"/networks/{made['id']}", 404)


def test_a_network_with_batches_cannot(draft: Draft) -> None:
    network = draft.state()["network"]["id"]
    body = draft.api.delete(f"/networks/{network}", 409)
    assert errors(body, kind="client_error") == [("in_use", None)]
    draft.api.get(f"/networks/{network}")


def test_networks_are_listed_by_name(api: Api) -> None:
    for name in ("m", "z", "a"):
        api.post("/networks", {"name": name})
    assert [network["name"] for network in api.get("/networks")["results"]] == ["a", "m", "z"]


def test_what_a_400_means_is_left_to_the_configuration_url_unless_it_is_said(api: Api) -> None:
    made = api.post("/networks", {"name": "plain"})
    assert made["transient_400"] is None
    for value in (False, None, True):
        assert api.patch(f"/networks/{made['id']}", {"transient_400": value})["transient_400"] is value
    assert api.patch(f"/networks/{made['id']}", {"name": "other"})["transient_400"] is True

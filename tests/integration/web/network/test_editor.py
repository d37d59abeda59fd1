"""A network made and changed with the forms of the browser, as they work without JavaScript."""

import json
from typing import Any

import pytest

from experiments.models import Network
from tests.integration.web.network.support import SCHEMA, edit_url, form_of, network_of, resend, send
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Any:
    client = browser("ann", is_staff=True)
    client.handler.enforce_csrf_checks = False
    return client


def agents_of(network: Network) -> list[tuple[str, bool, bool, list[str]]]:
    return [
        (agent.key, agent.is_default, agent.allow_respond, [to.key for to in agent.routes.all()])
        for agent in network.agents.all()
    ]


def test_a_network_of_this_site_is_made(staff: Any) -> None:
    response = send(staff, None, name="local", description="Sorts.\r\nMails.", agent__1__prompt="Sort.")
    network = Network.objects.get()
    assert response["Location"] == f"/networks/{network.pk}/"
    assert (network.name, network.description, network.run_url) == ("local", "Sorts.\nMails.", "")
    assert agents_of(network) == [("agent", True, True, [])]
    assert network.agents.get().prompt == "Sort."


REMOTE = {"name": "remote", "where": "remote", "run_url": "http://127.0.0.1:9/run"}


def test_a_remote_network_gets_no_agent_that_nobody_asked_for(staff: Any) -> None:
    send(staff, None, **REMOTE)
    assert agents_of(Network.objects.get()) == []


def test_a_remote_network_gets_the_agent_that_was_named(staff: Any) -> None:
    send(staff, None, **REMOTE, agent__1__key="sorter")
    assert agents_of(Network.objects.get()) == [("sorter", True, True, [])]


def test_a_remote_network_is_made(staff: Any) -> None:
    send(
        staff,
        None,
        name="remote",
        where="remote",
        run_url=" http://127.0.0.1:9/run ",
        run_token="s3cret",
        config_url="http://127.0.0.1:9/config",
        transient_400="yes",
        version="3",
        max_steps="7",
        timeout_s="30",
        max_concurrency="4",
        requests_per_minute="500",
        tokens_per_minute="",
        users_may_update_schema=None,
    )
    network = Network.objects.get()
    assert (network.run_url, network.config_url) == ("http://127.0.0.1:9/run", "http://127.0.0.1:9/config")
    assert (network.version, network.max_steps, network.timeout_s, network.max_concurrency) == (3, 7, 30, 4)
    assert (network.requests_per_minute, network.tokens_per_minute) == (500, None)
    assert (network.transient_400, network.users_may_update_schema, network.run_token) == (True, False, "s3cret")


@pytest.mark.parametrize(("stored", "typed"), [(None, ""), (True, "yes"), (False, "no")])
def test_what_a_400_means_is_one_of_three(staff: Any, stored: bool | None, typed: str) -> None:
    network = network_of(run_url="http://127.0.0.1:9/run", transient_400=stored)
    html = staff.get(edit_url(network)).content.decode()
    assert f'<option value="{typed}" selected>' in html
    for chosen, kept in (("yes", True), ("no", False), ("", None), (typed, stored)):
        send(staff, network, transient_400=chosen)
        network.refresh_from_db()
        assert network.transient_400 is kept


def test_a_save_without_a_change_changes_nothing(staff: Any) -> None:
    data = {"respond_payload_schema": SCHEMA, "respond_payload_guidance": "Say.", "mine": {"a": [1]}}
    network = network_of(additional_data=data, version=2, run_url="http://127.0.0.1:9/run", run_token="s3cret")
    before = agents_of(network)
    assert send(staff, network).status_code == 302
    network = Network.objects.get()
    assert network.additional_data == data
    assert agents_of(network) == before
    assert (network.version, network.run_url, network.run_token) == (2, "http://127.0.0.1:9/run", "s3cret")


def test_the_token_is_kept_replaced_and_removed(staff: Any) -> None:
    network = network_of(run_url="http://127.0.0.1:9/run", run_token="first")
    for typed, token in (({}, "first"), ({"run_token": "second"}, "second"), ({"remove_token": "on"}, "")):
        send(staff, network, **typed)
        assert Network.objects.get().run_token == token


def test_back_to_this_site_the_addresses_are_gone(staff: Any) -> None:
    network = network_of(run_url="http://127.0.0.1:9/run", config_url="http://127.0.0.1:9/config")
    send(staff, network, where="own")
    network = Network.objects.get()
    assert (network.run_url, network.config_url) == ("", "")


def test_agents_are_added_moved_and_removed_and_nothing_is_stored_before_the_save(staff: Any) -> None:
    network = network_of()
    html = send(staff, network, act="add", name="renamed").content.decode()
    assert form_of(html)["agent"] == ["1", "2", "3"]
    html = resend(staff, network, html, act="up-3", agent__3__key="third").content.decode()
    html = resend(staff, network, html, act="remove-1").content.decode()
    assert form_of(html)["agent"] == ["3", "2"]
    assert form_of(html)["name"] == ["renamed"]
    assert [agent[0] for agent in agents_of(network)] == ["sorter", "writer"]
    resend(staff, network, html, default="2", agent__3__routes=["2"], agent__2__allow_respond=None)
    assert agents_of(Network.objects.get(name="renamed")) == [
        ("third", False, True, ["writer"]),
        ("writer", True, False, []),
    ]


def test_a_route_follows_an_agent_whose_key_is_changed(staff: Any) -> None:
    network = network_of()
    send(staff, network, agent__2__key="author")
    assert agents_of(Network.objects.get()) == [("sorter", True, True, ["author"]), ("author", False, True, [])]


def test_guidance_and_example_are_filled_from_the_schema_on_request(staff: Any) -> None:
    network = network_of()
    html = send(staff, network, act="prefill", schema=json.dumps(SCHEMA)).content.decode()
    form = form_of(html)
    assert "mood" in form["guidance"][0]
    assert set(json.loads(form["example"][0])) == {"mood"}
    resend(staff, network, html)
    data = Network.objects.get().additional_data
    assert data["respond_payload_schema"] == SCHEMA
    assert set(data["respond_payload_example"]) == {"mood"}


def test_the_order_of_a_schema_is_kept(staff: Any) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in ("z", "a", "m")}}
    send(staff, network_of(), schema=json.dumps(schema))
    assert list(Network.objects.get().additional_data["respond_payload_schema"]["properties"]) == ["z", "a", "m"]


def test_an_emptied_schema_is_gone_and_other_data_stays(staff: Any) -> None:
    network = network_of(additional_data={"respond_payload_schema": SCHEMA, "mine": 1})
    send(staff, network, schema="")
    assert Network.objects.get().additional_data == {"mine": 1}

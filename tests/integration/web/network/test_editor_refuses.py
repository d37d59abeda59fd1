"""What cannot be saved is said beside the field, and everything that was typed is still there."""

from typing import Any

import pytest

from experiments.models import Network
from tests.integration.web.network.support import edit_url, form_of, network_of, resend, send
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Any:
    client = browser("ann", is_staff=True)
    client.handler.enforce_csrf_checks = False
    return client


def said(html: str, name: str) -> str:
    return html.partition(f'id="error-{name}" role="alert">')[2].partition("</p>")[0]


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"name": ""}, "name", "may not be blank"),
        ({"name": "taken"}, "name", "already exists"),
        ({"timeout_s": "601"}, "timeout_s", "less than or equal to 600"),
        ({"timeout_s": ""}, "timeout_s", "valid integer"),
        ({"max_concurrency": "many"}, "max_concurrency", "valid integer"),
        ({"requests_per_minute": "0"}, "requests_per_minute", "greater than or equal to 1"),
        ({"tokens_per_minute": "many"}, "tokens_per_minute", "valid integer"),
        ({"version": "x"}, "version", "valid integer"),
        ({"max_steps": "-1"}, "max_steps", "greater than or equal to 0"),
        ({"where": "remote"}, "run_url", "Give the address"),
        ({"where": "remote", "run_url": "http://192.0.2.1/run"}, "run_url", "Add it to RUN_HOSTS"),
        ({"where": "remote", "run_url": "http://127.0.0.1:9/run", "run_token": "größe"}, "run_token", "ASCII"),
        ({"where": "remote", "run_url": "http://127.0.0.1:9/", "config_url": "ftp://x"}, "config_url", "http://"),
        ({"schema": "{"}, "schema", "This is not JSON"),
        ({"schema": '{"type": "array"}'}, "schema", "must have the type object"),
        ({"schema": "[1]"}, "schema", "must be a JSON object"),
        ({"example": "nothing"}, "example", "This is not JSON"),
        ({"example": "[1]"}, "example", "must be an object"),
        ({"guidance": "a\0b"}, "guidance", ""),
        ({"agent__2__key": "sorter"}, "agents", "The key sorter is used twice."),
        ({"agent__2__key": ""}, "agent-2-key", "may not be blank"),
        ({"agent__1__display_name": "x" * 201}, "agent-1-display_name", "no more than 200"),
    ],
)
def test_it_is_said_beside_the_field_and_nothing_is_lost(
    staff: Any, typed: dict[str, str], name: str, sentence: str
) -> None:
    network_of("taken")
    network = network_of()
    before = Network.objects.values().get(pk=network.pk)
    response = send(staff, network, **{"description": "Typed for a long time.", **typed})
    html = response.content.decode()
    assert response.status_code == 400
    assert sentence in said(html, name)
    assert said(html, name)
    form = form_of(html)
    assert form["description"] == ["Typed for a long time."]
    assert all(form[key.replace("__", "-")] == [value] for key, value in typed.items() if "\0" not in value)
    assert Network.objects.values().get(pk=network.pk) == before


def test_above_the_form_the_fields_to_mend_are_named(staff: Any) -> None:
    html = send(staff, network_of(), name="", timeout_s="601").content.decode()
    above = html.partition('id="refused">')[2].partition("</p>")[0].strip()
    assert above.startswith("Nothing was saved. Fix first: ")
    assert '<a href="#id-name">Name</a>, <a href="#id-timeout_s">Time-out</a>.' in above


def test_an_error_of_an_agent_is_at_its_own_line_after_a_move(staff: Any) -> None:
    network = network_of()
    html = send(staff, network, act="down-1").content.decode()
    html = resend(staff, network, html, agent__1__key="").content.decode()
    assert said(html, "agent-1-key")
    assert not said(html, "agent-2-key")


def test_a_schema_that_is_none_fills_nothing(staff: Any) -> None:
    html = send(staff, network_of(), act="prefill", schema='{"type": 1}', guidance="mine").content.decode()
    assert said(html, "schema")
    assert form_of(html)["guidance"] == ["mine"]


def test_htmx_gets_the_form_alone_and_is_led_on_after_the_save(staff: Any) -> None:
    network = network_of()
    refused = send(staff, network, htmx=True, name="")
    assert refused.status_code == 200
    assert refused.content.decode().lstrip().startswith("<form")
    saved = send(staff, network, htmx=True, name="other")
    assert saved["HX-Redirect"] == f"/networks/{network.pk}/"


def test_what_somebody_else_saved_is_not_overwritten_unseen(staff: Any) -> None:
    network = network_of()
    mine = staff.get(edit_url(network)).content.decode()
    send(staff, network, description="Theirs.", agent__1__prompt="Theirs too.")
    response = resend(staff, network, mine, description="Mine.")
    html = response.content.decode()
    assert response.status_code == 409
    assert "changed since you opened it." in html
    assert "Changed: Description, Agents." in html
    assert form_of(html)["description"] == ["Mine."]
    assert Network.objects.get().description == "Theirs."
    assert resend(staff, network, html).status_code == 302
    assert Network.objects.get().description == "Mine."


def test_a_schema_that_a_batch_wrote_meanwhile_counts_as_a_change(staff: Any) -> None:
    from experiments.services import networks

    network = network_of()
    mine = staff.get(edit_url(network)).content.decode()
    networks.write_schema(network_id=network.pk, changes={"respond_payload_guidance": "Theirs."}, by="bob")
    assert resend(staff, network, mine).status_code == 409


def test_a_form_that_does_not_say_what_it_began_with_overwrites_nothing(staff: Any) -> None:
    network = network_of()
    for seen in ("", "yesterday"):
        assert send(staff, network, seen=seen, description="Mine.").status_code == 409
    assert Network.objects.get().description == ""


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "x", "²"])
def test_an_agent_whose_line_has_no_number_of_ours_is_none(staff: Any, number: str) -> None:
    network = network_of()
    assert send(staff, network, agent=["0", number], act="add").status_code == 200
    assert send(staff, network, agent=[number]).status_code == 302
    assert not network.agents.exists()

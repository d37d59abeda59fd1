"""The form of a network in the admin writes credentials and never shows them, and writes nothing but what changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from experiments.models import AuditEntry, Network
from tests.integration.admin.support import operator

pytestmark = pytest.mark.django_db
PAGE = "/admin/experiments/network/"


@pytest.fixture
def network() -> Network:
    made = Network(name="triage", run_url="")
    made.run_token = "secret-token"
    made.endpoint = {"base_url": "", "model": "m", "api_key": "secret-key", "headers": {"x": "secret-header"}}
    made.save()
    return made


def form_of(network: Network | None, **values: Any) -> dict[str, str]:
    agents = list(network.agents.all()) if network else []
    form = {
        "name": network.name if network else "new",
        "timeout_s": "120",
        "max_concurrency": "16",
        "currency": "USD",
        "additional_data": "{}",
        "transient_400": "unknown",
        "users_may_update_schema": "on",
        "agents-TOTAL_FORMS": str(len(agents) + ("agents-0-key" in values)),
        "agents-INITIAL_FORMS": str(len(agents)),
    }
    return form | values


def send(client: Client, network: Network | None, **values: Any) -> Any:
    page = f"{PAGE}{network.pk}/change/" if network else f"{PAGE}add/"
    client.get(page)
    return client.post(page, {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **form_of(network, **values)})


def test_what_is_stored_is_never_shown(network: Network) -> None:
    html = operator().get(f"{PAGE}{network.pk}/change/").content.decode()
    assert "secret-" not in html
    assert network.sealed_token not in html
    assert network.sealed_endpoint not in html
    assert "There is one." in html


def test_an_empty_field_leaves_it_as_it_is(network: Network) -> None:
    assert send(operator(), network, description="For mails").status_code == 302
    network.refresh_from_db()
    assert (network.description, network.run_token) == ("For mails", "secret-token")
    assert network.endpoint is not None
    assert network.endpoint["api_key"] == "secret-key"


def test_a_new_one_takes_its_place_and_a_tick_removes_it(network: Network) -> None:
    client = operator()
    assert send(client, network, token="other", api_key="other key").status_code == 302
    network.refresh_from_db()
    assert network.run_token == "other"
    assert network.endpoint == {
        "base_url": "",
        "model": "m",
        "api_key": "other key",
        "headers": {"x": "secret-header"},
    }
    assert send(client, network, remove_token="on").status_code == 302
    network.refresh_from_db()
    assert network.run_token == ""


def test_a_hold_and_a_schema_that_were_written_meanwhile_stay(network: Network) -> None:
    client = operator()
    client.get(f"{PAGE}{network.pk}/change/")
    Network.objects.update(held_until=Now() + timedelta(hours=1), hold_reason="429")
    assert send(client, network, max_concurrency="3").status_code == 302
    network.refresh_from_db()
    assert network.max_concurrency == 3
    assert network.hold is not None


def test_a_new_network_with_an_agent() -> None:
    form = {"name": "new", "token": "a token", "agents-0-key": "sorter", "agents-0-prompt": "Sort."}
    assert send(operator(), None, **form).status_code == 302
    network = Network.objects.get()
    assert network.run_token == "a token"
    assert [agent.key for agent in network.agents.all()] == ["sorter"]
    acts = AuditEntry.objects.filter(object_kind="network").order_by("pk").values_list("user_name", "channel", "action")
    assert list(acts) == [("root", "admin", "create"), ("root", "admin", "change")]


def test_an_address_that_is_not_allowed_is_refused(network: Network) -> None:
    response = send(operator(), network, run_url="http://169.254.169.254/run")
    assert response.status_code == 200
    network.refresh_from_db()
    assert network.run_url == ""


def test_it_is_deleted_on_its_own_page_only(network: Network) -> None:
    client = operator()
    assert client.get(f"{PAGE}{network.pk}/delete/").status_code == 403
    assert "delete_selected" not in client.get(PAGE).content.decode()

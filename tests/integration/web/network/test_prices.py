"""Prices of a network and of its agents: typed as amounts, shown as they were typed."""

from decimal import Decimal
from typing import Any

import pytest

from experiments.models import Network
from tests.integration.web.network.support import network_of, send
from tests.integration.web.support import browser
from tests.support.api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Any:
    client = browser("ann", is_staff=True)
    client.handler.enforce_csrf_checks = False
    return client


def test_they_are_saved_and_shown(staff: Any) -> None:
    network = network_of()
    send(staff, network, price_input="0.15", price_output="0.6", currency="EUR", agent__2__price_input="3")
    network = Network.objects.get()
    assert (network.price_input, network.price_output, network.currency) == (Decimal("0.15"), Decimal("0.6"), "EUR")
    assert [agent.price_input for agent in network.agents.all()] == [None, Decimal(3)]
    html = staff.get(f"/networks/{network.pk}/edit/").content.decode()
    assert 'value="0.15"' in html
    assert 'value="3"' in html
    assert "0.15" in staff.get(f"/networks/{network.pk}/").content.decode()


def test_empty_ones_are_not_known(staff: Any) -> None:
    network = network_of(price_input=Decimal(1))
    send(staff, network, price_input="")
    assert Network.objects.get().price_input is None


@pytest.mark.parametrize("change", [{"price_input": "-1"}, {"price_output": "cheap"}, {"currency": "euros"}])
def test_what_is_no_amount_or_currency_is_refused_beside_it(staff: Any, change: dict[str, str]) -> None:
    network = network_of()
    (name,) = change
    html = send(staff, network, **change).content.decode()
    assert f'id="error-{name}"' in html
    assert Network.objects.get().updated_at == network.updated_at


def test_the_api_takes_and_gives_numbers() -> None:
    api = Api.as_user("ann", is_staff=True)
    agent = {"key": "a", "is_default": True, "price_output": 15}
    made = api.post("/networks", {"name": "n", "price_input": 0.15, "price_output": 0.6, "agents": [agent]})
    assert (made["price_input"], made["price_output"], made["currency"]) == (0.15, 0.6, "USD")
    assert (made["agents"][0]["price_input"], made["agents"][0]["price_output"]) == (None, 15)
    api.patch(f"/networks/{made['id']}", {"price_input": None, "currency": "usd"}, want=400)
    assert api.patch(f"/networks/{made['id']}", {"price_input": None, "currency": "EUR"})["price_input"] is None

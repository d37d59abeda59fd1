"""The endpoint of a network's own model in the editor, and on the page of the network."""

from typing import Any

import pytest

from experiments.models import Network
from tests.integration.web.network.support import edit_url, network_of, send
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db
KEY = "sk-0123456789abcdef"
URL = "http://127.0.0.1:9/v1"
OWN: dict[str, Any] = {
    "base_url": URL,
    "model": "small",
    "temperature": 0.5,
    "max_output_tokens": 3000,
    "api_key": KEY,
    "headers": {"X-Team": "blue-0123456789"},
}


@pytest.fixture
def staff() -> Any:
    client = browser("ann", is_staff=True)
    client.handler.enforce_csrf_checks = False
    return client


def stored() -> Any:
    return Network.objects.get().endpoint


def typed(**values: str | None) -> dict[str, Any]:
    return {f"endpoint.{name}": value for name, value in values.items()}


def test_it_is_made(staff: Any) -> None:
    values = typed(
        base_url=f" {URL} ",
        model="small",
        api_key=KEY,
        headers="X-Team: blue-0123456789\r\n",
        temperature="0.5",
        max_output_tokens="3000",
    )
    assert send(staff, None, name="own", **values).status_code == 302
    assert stored() == OWN


def test_left_empty_it_is_the_site_s(staff: Any) -> None:
    send(staff, None, name="plain")
    assert stored() is None


def test_a_save_without_a_change_keeps_it_with_its_credentials(staff: Any) -> None:
    send(staff, network_of(endpoint=OWN))
    assert stored() == OWN


def test_the_editor_shows_which_credentials_are_stored_and_none_of_them(staff: Any) -> None:
    network = network_of(endpoint=OWN)
    html = staff.get(edit_url(network)).content.decode()
    assert "A key is stored" in html
    assert "X-Team: …" in html
    assert KEY not in html
    assert "blue-0123456789" not in html


def test_the_key_is_replaced_and_removed(staff: Any) -> None:
    network = network_of(endpoint=OWN)
    send(staff, network, **typed(api_key="another-0123456789"))
    assert stored()["api_key"] == "another-0123456789"
    send(staff, network, remove_api_key="on")
    assert stored() == {**OWN, "api_key": ""}


def test_headers_are_added_kept_and_removed(staff: Any) -> None:
    network = network_of(endpoint=OWN)
    send(staff, network, **typed(headers="X-Team: …\nX-Mine: 1"))
    assert stored()["headers"] == {"X-Team": "blue-0123456789", "X-Mine": "1"}
    send(staff, network, **typed(headers=""))
    assert stored()["headers"] == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("base_url", "https://models.example/v1", "OPENAI_HOSTS"),
        ("model", "", "Name the model"),
        ("headers", "no colon", "Line 1 has no colon"),
        ("headers", "Host: x", "written by the workbench"),
        ("headers", "X-New: …", "none is stored"),
        ("temperature", "warm", "A valid number is required"),
        ("max_output_tokens", "0", "greater than or equal to 1"),
        ("base_url", "http://127.0.0.1:10/v1", "The key was given for another address"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(staff: Any, name: str, value: str, said: str) -> None:
    response = send(staff, network_of(endpoint=OWN), **typed(**{name: value}))
    html = response.content.decode()
    field = "api_key" if "key was given" in said else name
    assert response.status_code == 400
    assert said in html.partition(f'id="error-endpoint.{field}"')[2].partition("</p>")[0]
    assert stored() == OWN


def test_a_remote_network_has_none(staff: Any) -> None:
    send(staff, network_of(endpoint=OWN), where="remote", run_url="http://127.0.0.1:9/run")
    assert stored() is None


def test_the_page_of_the_network_shows_it_to_everybody_without_credentials(staff: Any) -> None:
    network = network_of(endpoint=OWN)
    html = browser("bob").get(f"/networks/{network.pk}/").content.decode()
    for shown in (URL, "small", "0.5", "3,000", "a key is stored", "X-Team"):
        assert shown in html
    assert KEY not in html
    assert "blue-0123456789" not in html


def test_the_page_of_a_network_without_one_says_whose_model_answers(staff: Any) -> None:
    html = staff.get(f"/networks/{network_of().pk}/").content.decode()
    assert "<dt>Model</dt><dd>the site’s</dd>" in html

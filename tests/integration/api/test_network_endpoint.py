"""The endpoint of a network's own model, as the API takes it, keeps it and shows it."""

from typing import Any

import pytest

from experiments.models import Network
from tests.integration.api.support import errors
from tests.support.api import Api

KEY = "sk-0123456789abcdef"
OWN: dict[str, Any] = {
    "base_url": "http://127.0.0.1:9/v1?api-version=1",
    "model": "small",
    "api_key": KEY,
    "headers": {"X-Team": "blue-0123456789"},
    "temperature": 0.5,
    "max_output_tokens": 300,
}
SHOWN = {
    "base_url": "http://127.0.0.1:9/v1?api-version=1",
    "model": "small",
    "has_api_key": True,
    "headers": {"X-Team": None},
    "temperature": 0.5,
    "max_output_tokens": 300,
}
PLACE = "/networks/{}"


@pytest.fixture
def place(api: Api) -> str:
    return PLACE.format(api.post("/networks", {"name": "own", "endpoint": OWN})["id"])


def stored() -> dict[str, Any]:
    endpoint = Network.objects.get().endpoint
    assert endpoint is not None
    return endpoint


def test_a_network_without_one_has_the_site_s(api: Api) -> None:
    assert api.post("/networks", {"name": "plain"})["endpoint"] is None
    assert Network.objects.get().endpoint is None


def test_it_is_shown_without_its_credentials(api: Api, place: str) -> None:
    assert api.get(place)["endpoint"] == SHOWN
    assert stored() == OWN


def test_its_credentials_are_stored_sealed(place: str) -> None:
    row = repr(Network.objects.values().get())
    assert KEY not in row
    assert "blue-0123456789" not in row


def test_what_is_shown_can_be_sent_back(api: Api, place: str) -> None:
    assert api.patch(place, {"endpoint": SHOWN})["endpoint"] == SHOWN
    assert stored() == OWN


def test_a_change_leaves_what_it_does_not_name(api: Api, place: str) -> None:
    api.patch(place, {"timeout_s": 60})
    api.patch(place, {"endpoint": {"model": "large", "temperature": None}})
    assert stored() == {**OWN, "model": "large", "temperature": None}


def test_credentials_are_replaced_and_removed(api: Api, place: str) -> None:
    api.patch(place, {"endpoint": {"api_key": "another-key-0123456", "headers": {"X-Team": None, "X-Mine": "1"}}})
    assert (stored()["api_key"], stored()["headers"]) == (
        "another-key-0123456",
        {"X-Team": "blue-0123456789", "X-Mine": "1"},
    )
    api.patch(place, {"endpoint": {"api_key": "", "headers": {}}})
    assert (stored()["api_key"], stored()["headers"]) == ("", {})
    assert Network.objects.get().sealed_endpoint == ""


@pytest.mark.parametrize("nothing", [None, {"base_url": "", "model": "", "api_key": "", "headers": {}}])
def test_the_site_s_is_taken_again(api: Api, place: str, nothing: Any) -> None:
    if nothing:
        nothing |= {"temperature": None, "max_output_tokens": None}
    assert api.patch(place, {"endpoint": nothing})["endpoint"] is None
    assert Network.objects.get().sealed_endpoint == ""


MOVED = {"base_url": "http://127.0.0.1:10/v1"}


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        (MOVED, "endpoint.api_key"),
        ({**MOVED, "api_key": "", "headers": {"X-Team": None}}, "endpoint.headers"),
        ({**MOVED, "api_key": ""}, "endpoint.headers"),
    ],
)
def test_credentials_do_not_follow_to_another_address(api: Api, place: str, change: dict[str, Any], attr: str) -> None:
    assert errors(api.patch(place, {"endpoint": change}, 400)) == [("required", attr)]
    assert stored() == OWN


def test_they_are_given_again_for_another_address(api: Api, place: str) -> None:
    api.patch(place, {"endpoint": {**MOVED, "api_key": KEY, "headers": {}}})
    assert stored() == {**OWN, **MOVED, "headers": {}}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"base_url": "https://models.example/v1"}, ("host_not_allowed", "endpoint.base_url")),
        ({"base_url": "localhost:80"}, ("invalid_url", "endpoint.base_url")),
        ({"model": ""}, ("required", "endpoint.model")),
        ({"api_key": "sk é"}, ("invalid", "endpoint.api_key")),
        ({"headers": {"Host": "x"}}, ("invalid", "endpoint.headers")),
        ({"headers": {"X-New": None}}, ("required", "endpoint.headers")),
        ({"headers": {"Authorization": "Basic x"}}, ("invalid", "endpoint.headers")),
        ({"temperature": 3}, ("max_value", "endpoint.temperature")),
        ({"max_output_tokens": 0}, ("min_value", "endpoint.max_output_tokens")),
    ],
)
def test_what_cannot_work_is_refused(api: Api, place: str, change: dict[str, Any], error: tuple[str, str]) -> None:
    assert errors(api.patch(place, {"endpoint": change}, 400)) == [error]
    assert stored() == OWN

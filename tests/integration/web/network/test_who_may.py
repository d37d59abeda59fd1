"""Everybody who is signed in reads networks; staff write them."""

import pytest
from django.test import Client

from experiments.models import Network
from tests.integration.web.network.support import edit_url, form_of, network_of
from tests.integration.web.support import browser, user

pytestmark = pytest.mark.django_db


def test_everybody_sees_the_list_and_a_network() -> None:
    network = network_of()
    for client in (browser("ann", is_staff=True), browser("bob")):
        assert "support" in client.get("/networks/").content.decode()
        html = client.get(f"/networks/{network.pk}/").content.decode()
        assert "Sorter" in html


def test_only_staff_find_the_way_to_a_change() -> None:
    network = network_of()
    for address in ("/networks/", f"/networks/{network.pk}/"):
        for word in ("/edit/", "/delete/", "/networks/new/"):
            assert word not in browser("bob").get(address).content.decode()
    html = browser("ann", is_staff=True).get(f"/networks/{network.pk}/").content.decode()
    assert edit_url(network) in html
    assert f"/networks/{network.pk}/delete/" in html
    assert "/networks/new/" in browser("ann").get("/networks/").content.decode()


def test_the_editor_leads_anybody_else_to_the_network() -> None:
    network = network_of()
    assert browser("ann", is_staff=True).get(edit_url(network)).status_code == 200
    response = browser("bob").get(edit_url(network))
    assert response["Location"] == f"/networks/{network.pk}/"


@pytest.mark.parametrize("tail", ["new/", "{pk}/edit/", "{pk}/delete/"])
def test_a_write_of_anybody_else_is_refused_and_nothing_changes(tail: str) -> None:
    network = network_of()
    client = Client()
    client.force_login(user("bob"))
    response = client.post(f"/networks/{tail.format(pk=network.pk)}", {"name": "mine", "act": "save"})
    assert response.status_code == 403
    assert "Only staff may change networks." in response.content.decode()
    assert list(Network.objects.values_list("name", flat=True)) == ["support"]


@pytest.mark.parametrize("address", ["/networks/", "/networks/new/", "/networks/{pk}/", "/networks/{pk}/edit/"])
def test_who_is_not_signed_in_does_that_first(address: str) -> None:
    address = address.format(pk=network_of().pk)
    assert Client().get(address)["Location"] == f"/login/?next={address}"


def test_a_network_that_is_not_there_is_a_404() -> None:
    client = browser("ann", is_staff=True)
    for tail in ("", "edit/", "delete/"):
        assert client.get(f"/networks/99/{tail}").status_code == 404


def test_the_stored_token_is_on_no_page() -> None:
    network = network_of(run_url="http://127.0.0.1:9/run", run_token="s3cret-token")
    client = browser("ann", is_staff=True)
    pages = [client.get(address).content.decode() for address in ("/networks/", f"/networks/{network.pk}/")]
    editor = client.get(edit_url(network)).content.decode()
    assert "s3cret" not in "".join([*pages, editor])
    assert "a token is stored" in pages[1]
    assert "A token is stored" in editor
    assert form_of(editor)["run_token"] == [""]

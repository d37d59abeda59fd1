"""The end of a network: asked for, and refused while a batch needs it."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from experiments.models import Network
from tests.integration.web.network.support import network_of
from tests.integration.web.support import batch_of, browser

pytestmark = pytest.mark.django_db


def test_it_asks_first() -> None:
    address = f"/networks/{network_of().pk}/delete/"
    client = browser("ann", is_staff=True)
    assert "Delete support?" in client.get(address).content.decode()
    assert Network.objects.exists()
    client.get(address)
    token = client.cookies["csrftoken"].value
    assert client.post(address, {"csrfmiddlewaretoken": token})["Location"] == "/networks/"
    assert not Network.objects.exists()


def test_a_refusal_says_which_batches_use_it() -> None:
    batch = batch_of("bob", name="Week 46")
    address = f"/networks/{Network.objects.get().pk}/delete/"
    client = browser("ann", is_staff=True)
    html = client.get(address).content.decode()
    assert f'href="/csv-batch/{batch.pk}/">Week 46</a>' in html
    assert "What happens to it?" in html
    response = client.post(address, {"csrfmiddlewaretoken": client.cookies["csrftoken"].value})
    assert response.status_code == 409
    assert "Used by 1 batch: “Week 46”." in response.content.decode()
    assert Network.objects.exists()


def test_a_trial_holds_the_network_that_its_batch_had_before() -> None:
    batch = batch_of("bob", name="Week 46", status="draft")
    other = network_of()
    CsvBatch.objects.create(
        kind=batch.kind, name="Week 46", parent=batch, trial=1, network=other, created_by=batch.created_by
    )
    client = browser("ann", is_staff=True)
    assert "Week 46" in client.get(f"/networks/{other.pk}/delete/").content.decode()
    response = client.post(f"/networks/{other.pk}/delete/", {"csrfmiddlewaretoken": client.cookies["csrftoken"].value})
    assert response.status_code == 409
    assert "Used by 1 batch: “Week 46”." in response.content.decode()


def deleted(network: Network, **chosen: str) -> Any:
    client, address = browser("ann", is_staff=True), f"/networks/{network.pk}/delete/"
    client.get(address)
    return client.post(address, {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **chosen})


def test_its_batches_move_to_another_network_and_keep_their_answers() -> None:
    batch = batch_of("bob", ["succeeded"], status="completed", agent_key="old", pinned_version=3)
    assert batch.network is not None
    other = network_of()
    assert deleted(batch.network, queues="move", to=str(other.pk)).status_code == 302
    batch.refresh_from_db()
    assert (batch.network, batch.agent_key, batch.pinned_version, batch.succeeded) == (other, "", None, 1)
    assert list(Network.objects.all()) == [other]


def test_or_go_with_it() -> None:
    batch = batch_of("bob", ["succeeded"], status="completed")
    assert batch.network is not None
    assert deleted(batch.network, queues="gone").status_code == 302
    assert not CsvBatch.objects.exists()
    assert not Network.objects.exists()


@pytest.mark.parametrize("chosen", ["move", "gone"])
def test_neither_while_one_runs(chosen: str) -> None:
    batch = batch_of("bob", ["queued"], status="running")
    assert batch.network is not None
    response = deleted(batch.network, queues=chosen, to=str(network_of().pk))
    assert response.status_code == 409
    assert "Pause or cancel them first." in response.content.decode()
    assert CsvBatch.objects.get().network == batch.network

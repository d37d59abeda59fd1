"""The end of a network: asked for, and refused while a batch needs it."""

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
    assert ">Delete</button>" not in html
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

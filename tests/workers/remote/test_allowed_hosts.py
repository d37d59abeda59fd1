"""Addresses outside RUN_HOSTS, by whichever way they came in."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from experiments.models import Network, NetworkCall
from tests.integration.api.support import errors
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer


@pytest.mark.parametrize("attr", ["run_url", "config_url"])
def test_the_admin_refuses_them_too(attr: str) -> None:
    network = Network(name="net", **{attr: "http://192.0.2.1/run"})
    with pytest.raises(ValidationError) as refused:
        network.clean()
    assert set(refused.value.message_dict) == {attr}
    Network(name="net", **{attr: "http://127.0.0.1:9/run"}).clean()


@pytest.mark.parametrize("attr", ["run_url", "config_url"])
def test_a_batch_does_not_start_on_one_that_is_not_allowed_any_more(
    api: Api, remote: RunServer, settings: Any, attr: str
) -> None:
    batch = api.ready(api.network(None, **{attr: "http://127.0.0.1:9/run"}), numbered(1))
    settings.RUN_HOSTS_LOOPBACK = False
    assert errors(api.run(batch, 400)) == [("host_not_allowed", "network")]
    settings.RUN_HOSTS = ["127.0.0.1:9"]
    api.run(batch)


def test_nobody_tries_one_that_is_not_allowed_any_more(api: Api, settings: Any) -> None:
    api.network(None, run_url="http://127.0.0.1:9/run")
    network = Network.objects.get()
    settings.RUN_HOSTS_LOOPBACK = False
    body = api.post(f"/networks/{network.pk}/try", {"user_message": "hello"}, 400)
    assert errors(body) == [("host_not_allowed", "network")]
    assert not NetworkCall.objects.exists()

"""A network may be called otherwise at the remote than here."""

from experiments.models import Network
from experiments.worker.calls import name_at_runtime
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.remote.support import data_at_remote, ready, remote_network


def test_the_remote_is_asked_for_its_own_name(api: Api, remote: RunServer, worker: Worker) -> None:
    network = remote_network(api, remote, "Support, production", remote_name="net")
    batch = ready(api, network)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert {call["body"]["network"] for call in remote.ledger()} == {"net"}
    assert "topic" in data_at_remote(remote)["respond_payload_schema"]["properties"]


def test_without_one_it_is_called_as_here(api: Api, remote: RunServer, worker: Worker) -> None:
    batch = ready(api, remote_network(api, remote, "net", remote_name=""))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert {call["body"]["network"] for call in remote.ledger()} == {"net"}


def test_a_single_call_names_it_too(api: Api, remote: RunServer, worker: Worker) -> None:
    remote_network(api, remote, "Support, production", remote_name="net")
    found = api.get("/networks")["results"][0]
    assert found["remote_name"] == "net"
    api.post(f"/networks/{found['id']}/try", {"user_message": "hello"}, 202)
    remote.wait(calls=1)
    assert remote.ledger()[0]["body"]["network"] == "net"


def test_this_site_knows_its_own_networks_by_their_names(api: Api, remote: RunServer) -> None:
    """A name that is left from a remote does not send its rows to another network of this site."""
    api.network(None, "own", remote_name="other")
    assert name_at_runtime(Network.objects.get()) == "own"

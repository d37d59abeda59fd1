"""A call by a real worker, of a remote and of this site's own networks."""

from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually


def test_a_worker_makes_the_call(api: Api, run_server: RunServer, worker: Worker) -> None:
    api.network(run_server)
    network = api.get("/networks")["results"][0]["id"]
    call = api.post(f"/networks/{network}/try", {"user_message": "hello", "debug": True}, 202)
    path = f"/networks/{network}/try/{call['id']}"
    eventually(lambda: api.get(path)["state"] == "done", what="the call")
    done = api.get(path)
    assert (done["error_code"], done["http_status"]) == (None, 200)
    assert api.get(f"/runs/{done['trace_id']}")["request"]["user_message"] == "hello"

"""Networks are there for everybody who is signed in; staff write them."""

from tests.integration.api.support import errors
from tests.support.api import Api


def test_everybody_reads(api: Api, bob: Api) -> None:
    made = api.post("/networks", {"name": "net"})
    assert bob.get("/networks")["results"] == [made]
    assert bob.get(f"/networks/{made['id']}") == made


def test_only_staff_writes(api: Api, bob: Api) -> None:
    path = f"/networks/{api.post('/networks', {'name': 'net'})['id']}"
    for body in (
        bob.post("/networks", {"name": "mine"}, 403),
        bob.patch(path, {"name": "mine"}, 403),
        bob.delete(path, 403),
    ):
        assert errors(body, kind="client_error") == [("permission_denied", None)]
    assert [network["name"] for network in api.get("/networks")["results"]] == ["net"]

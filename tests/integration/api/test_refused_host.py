"""A request for a host that is not ours is a 400, in the shape of the API where it goes there."""

from tests.integration.api.support import errors
from tests.support.api import Api


def test_under_the_api(api: Api) -> None:
    response = api.client.get("/api/networks", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert errors(response.json(), kind="client_error") == [("bad_request", None)]


def test_for_our_own_host(api: Api) -> None:
    assert api.client.get("/api/networks", headers={"host": "127.0.0.1:8000"}).status_code == 200

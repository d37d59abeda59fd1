"""http.client, urllib3 and requests: `experiments/run_client/transport.py` reads status lines and shows sockets."""

import http.client
import io
from types import SimpleNamespace

import pytest
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

LEANS = "experiments/run_client/transport.py leans on it"


def response(text: bytes) -> http.client.HTTPResponse:
    return http.client.HTTPResponse(SimpleNamespace(makefile=lambda mode: io.BytesIO(text)))  # type: ignore[arg-type]


def test_a_status_line_is_read_by_a_method_of_its_own() -> None:
    status = response(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    assert status._read_status()[:2] == ("HTTP/1.1", 103), LEANS  # type: ignore[attr-defined]


def test_the_headers_are_left_for_whoever_reads_the_status() -> None:
    interim = response(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    interim._read_status()  # type: ignore[attr-defined]
    assert http.client.parse_headers(interim.fp)["Link"] == "a", LEANS
    assert interim._read_status()[1] == 200, LEANS  # type: ignore[attr-defined]


def test_the_answer_begins_with_that_method() -> None:
    class Noted(http.client.HTTPResponse):
        def _read_status(self) -> tuple[str, int, str]:
            return "HTTP/1.1", 204, "noted"

    noted = Noted(SimpleNamespace(makefile=lambda mode: io.BytesIO(b"\r\n")))  # type: ignore[arg-type]
    noted.begin()
    assert noted.status == 204, LEANS


@pytest.mark.parametrize("connection", [HTTPConnection, HTTPSConnection])
def test_a_connection_names_the_class_of_its_answers_and_shows_its_socket(connection: type[HTTPConnection]) -> None:
    assert connection.response_class is http.client.HTTPResponse, LEANS
    assert connection("127.0.0.1").sock is None, LEANS


def test_a_pool_names_the_class_of_its_connections() -> None:
    assert urllib3.HTTPConnectionPool.ConnectionCls is HTTPConnection, LEANS
    assert urllib3.HTTPSConnectionPool.ConnectionCls is HTTPSConnection, LEANS


def test_an_adapter_has_a_manager_of_pools_that_takes_other_classes() -> None:
    class Pool(urllib3.HTTPConnectionPool):
        pass

    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {"http": Pool}
    pool = adapter.poolmanager.connection_from_url("http://127.0.0.1:1/")
    assert type(pool) is Pool, LEANS
    assert [adapter.poolmanager.pools[key] for key in adapter.poolmanager.pools.keys()] == [pool], LEANS  # noqa: SIM118


def test_an_adapter_makes_that_manager_in_a_method_of_its_own() -> None:
    class Noted(HTTPAdapter):
        def init_poolmanager(self, *args: object, **kwargs: object) -> None:
            self.poolmanager = "noted"  # type: ignore[assignment]

    assert Noted().poolmanager == "noted", LEANS  # type: ignore[comparison-overlap]

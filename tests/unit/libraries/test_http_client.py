"""http.client, urllib3 and requests: `experiments/run_client/connections.py` reads heads and sends requests."""

import gzip
import http.client
import io
import socket
import ssl
from types import SimpleNamespace

import pytest
import requests
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

LEANS = "experiments/run_client/connections.py leans on it"


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


def test_the_head_is_read_line_by_line_from_what_lies_in_fp() -> None:
    class Lines:
        def __init__(self) -> None:
            self.lines = [b"HTTP/1.1 200 OK\r\n", b"A: 1\r\n", b"Content-Length: 0\r\n", b"\r\n"]

        def readline(self, limit: int) -> bytes:
            return self.lines.pop(0)

        def close(self) -> None:
            pass

    found = response(b"")
    found.fp = Lines()  # type: ignore[assignment]
    found.begin()
    # Put back, as there.
    found.fp = io.BytesIO()
    assert (found.status, found.headers["A"], found.length) == (200, "1", 0), LEANS


@pytest.mark.parametrize("connection", [HTTPConnection, HTTPSConnection])
def test_a_request_goes_through_send_head_first(connection: type[HTTPConnection]) -> None:
    class Noted(connection):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__("127.0.0.1", 1)
            self.sent: list[bytes] = []

        def send(self, data: bytes) -> None:
            self.sent.append(bytes(data))

    noted = Noted()
    noted.request("POST", "/run", body=b"body", headers={"X": "y"})
    assert [part[-4:] for part in noted.sent] == [b"\r\n\r\n", b"body"], LEANS


def test_a_connection_knows_whether_it_can_be_used_again() -> None:
    near, far = socket.socketpair()
    with near, far:
        connection = HTTPConnection("127.0.0.1", 1)
        assert not connection.is_connected, LEANS
        connection.sock = near
        assert connection.is_connected, LEANS
        far.sendall(b"x")
        assert not connection.is_connected, LEANS


def test_the_answer_of_the_standard_library_is_there_beside_that_of_urllib3() -> None:
    assert HTTPConnection.getresponse is not http.client.HTTPConnection.getresponse, LEANS
    assert issubclass(HTTPConnection, http.client.HTTPConnection), LEANS


def test_a_body_is_unpacked_from_such_an_answer() -> None:
    packed = gzip.compress(b"{}")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    found = response(head.encode() + packed)
    found.begin()
    unpacked = urllib3.HTTPResponse(
        found, urllib3.HTTPHeaderDict(found.headers.items()), status=200, preload_content=False, original_response=found
    )
    assert b"".join(unpacked.stream(10)) == b"{}", LEANS


def test_a_tls_connection_takes_a_context() -> None:
    context = create_urllib3_context()
    connection = HTTPSConnection("127.0.0.1", 1, ssl_context=context)
    assert connection.ssl_context is context, LEANS
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True), LEANS


def test_requests_reads_an_address_and_the_name_in_it() -> None:
    prepared = requests.Request("POST", "http://user:pass@x/a b").prepare()
    assert prepared.url == "http://user:pass@x/a%20b", LEANS
    assert prepared.headers["Authorization"].startswith("Basic "), LEANS

"""How far a request has come, byte by byte, before anybody parses it."""

import pytest

from experiments.http.server.incoming import BEGINNING_OF_BODY, MOST_HEAD, Incoming, State

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\ncontent-LENGTH:  5 \r\n\r\nhello"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n"
TRAILED = CHUNKED[:-2] + b"Digest: x\r\n\r\n"
HAS_END_INSIDE = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n\r\n0\r\n\r\nab\r\n0\r\n\r\n"


@pytest.mark.parametrize("request_", [GET, POST, CHUNKED, TRAILED, HAS_END_INSIDE])
def test_it_is_whole_with_its_last_byte_and_not_before(request_: bytes) -> None:
    incoming = Incoming()
    for byte in request_:
        assert incoming.state() is State.BEGUN
        incoming.append(byte)
    assert incoming.state() is State.WHOLE


def test_what_follows_it_does_not_matter() -> None:
    for request in (GET, POST, CHUNKED):
        assert Incoming(request + b"GET /next").state() is State.WHOLE


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
    ],
)
def test_a_long_body_has_begun_with_its_beginning(head: bytes) -> None:
    incoming = Incoming(head + b"x" * (BEGINNING_OF_BODY - 100))
    assert incoming.state() is State.BEGUN
    incoming += b"x" * 100
    assert incoming.state() is State.LONG


def test_a_client_that_waits_to_be_asked_is_asked() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    assert Incoming(head).state() is State.LONG
    assert Incoming(head + b"hello").state() is State.WHOLE


def test_a_head_without_an_end_is_left_to_the_parser() -> None:
    assert Incoming(b"x" * MOST_HEAD).state() is State.BEGUN
    assert Incoming(b"x" * (MOST_HEAD + 1)).state() is State.LONG


@pytest.mark.parametrize("size", [b"", b"xyz\r\n", b"-5\r\n", b"5\n"])
def test_what_is_no_chunk_never_ends(size: bytes) -> None:
    assert Incoming(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size).state() is State.BEGUN

"""An address as it is called: origin, path, and the name that stands in it."""

import pytest

from experiments.run_client.addresses import Origin, address_of
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("http://x/run", Origin("http", "x", None), "/run"),
        ("HTTPS://Example.COM:8443/a b?q=ä&r=%20", Origin("https", "example.com", 8443), "/a%20b?q=%C3%A4&r=%20"),
        ("http://[::1]:80/run", Origin("http", "::1", 80), "/run"),
        ("http://bücher.example/run", Origin("http", "xn--bcher-kva.example", None), "/run"),
        ("http://x", Origin("http", "x", None), "/"),
        ("http://x/a/../run#part", Origin("http", "x", None), "/run"),
        ("  http://x/run", Origin("http", "x", None), "/run"),
    ],
)
def test_an_address_is_read(url: str, origin: Origin, path: str) -> None:
    address = address_of(url)
    assert (address.origin, address.path, address.authorization) == (origin, path, None)


@pytest.mark.parametrize(
    "url", ["", "run", "ftp://x/run", "http://", "http://[::1/run", "http://x:99999/", "file:///x"]
)
def test_what_cannot_be_called_is_refused(url: str) -> None:
    with pytest.raises((ValueError, OSError)):
        address_of(url)


def test_a_name_in_the_address_is_sent_where_the_network_has_no_token(server: RunServer, post: Post) -> None:
    post(url=server.url.replace("http://", "http://user:pass@"), authorization=None)
    assert server.ledger()[0]["authorization"] == "Basic dXNlcjpwYXNz"


def test_the_description_of_an_address_leaves_its_password_out() -> None:
    assert "cGFzcw" not in repr(address_of("http://user:pass@x/run")).replace("=", "")
    assert "Basic" not in repr(address_of("http://user:pass@x/run"))


def test_a_query_arrives_as_it_was_set(server: RunServer, post: Post) -> None:
    assert post(url=f"{server.url}?key=a%20b").http_status == 404

"""An address of the web has a scheme and a host."""

import pytest

from tests.unit.config.conftest import read

REST = "Use a full address, http:// or https:// and a host."


@pytest.mark.parametrize(
    "value",
    ["http://localhost:8080/v1", "https://models.example", "http://[::1]:9000/run?a=b", "https://me:pw@host/v1"],
)
def test_a_full_address_is_read(value: str) -> None:
    assert read("url", value) == (value, [])


def test_nothing_is_the_default(nothing: str | None) -> None:
    assert read("url", nothing, "http://127.0.0.1:8000") == ("http://127.0.0.1:8000", [])


@pytest.mark.parametrize(
    "value",
    [
        "localhost:8080/v1",
        "models.example",
        "//models.example",
        "ftp://models.example",
        "http://",
        "http:///v1",
        "http://host:port",
        "http://host:99999",
        "http://[::1",
        "http://a host",
    ],
)
def test_what_is_no_full_address_is_refused(value: str) -> None:
    assert read("url", value) == ("", [f"NAME can’t be “{value}”. {REST}"])


def test_a_password_and_a_query_are_not_shown() -> None:
    _, problems = read("url", "me:pass@word@host/v1?key=secret")
    assert problems == [f"NAME can’t be “…@host/v1”. {REST}"]

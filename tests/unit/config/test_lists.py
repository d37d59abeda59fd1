"""Parts between commas, each of the form that the list asks for."""

import pytest
from cryptography.fernet import Fernet

from config.environment import HOST_AND_PORT, HOST_NAME
from tests.unit.config.conftest import read


def test_parts_are_read_without_their_spaces() -> None:
    assert read("listed", " a, b ,,c ") == (["a", "b", "c"], [])


def test_nothing_is_an_empty_list(nothing: str | None) -> None:
    assert read("listed", nothing) == ([], [])


def test_host_names_are_read() -> None:
    hosts = ["workbench.example", ".example.com", "*", "127.0.0.1", "[::1]", "my_host"]
    assert read("listed", ",".join(hosts), form=HOST_NAME) == (hosts, [])


@pytest.mark.parametrize("host", ["https://workbench.example", "localhost:8000", "::1", "*.example.com"])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    _, problems = read("listed", f"localhost,{host}", form=HOST_NAME)
    assert problems == [f"NAME can’t be “{host}”. Use host names without scheme or port, separated by commas."]


def test_hosts_with_ports_are_read() -> None:
    hosts = ["agents.example.com:443", "10.1.2.3:80", "[2001:db8::5]:8000", "Agent_Runtime:9000"]
    assert read("listed", ",".join(hosts), form=HOST_AND_PORT) == (hosts, [])


@pytest.mark.parametrize("host", ["agents.example.com", "http://agents:80", "agents:http", "2001:db8::5:8000"])
def test_what_is_no_host_with_a_port_is_refused(host: str) -> None:
    _, problems = read("listed", f"agents:80,{host}", form=HOST_AND_PORT)
    assert problems == [f"NAME can’t be “{host}”. Use host:port, several separated by commas."]


def test_keys_of_fernet_are_read() -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    assert read("fernet_keys", ",".join(keys)) == (keys, [])


def test_another_key_is_refused_by_its_place_and_not_shown() -> None:
    _, problems = read("fernet_keys", f"{Fernet.generate_key().decode()},secret")
    allowed = "Use 32 bytes in URL-safe base64, as Fernet.generate_key() makes them."
    assert problems == [f"NAME: key 2 of 2 isn’t a Fernet key. {allowed}"]

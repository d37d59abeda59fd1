"""Where the token may go."""

import pytest

from experiments.models.run_hosts import same_origin


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a/run", "https://a:443/config", True),
        ("http://a:80/run", "http://A", True),
        ("http://a:8000/run", "http://a:8000/x/y", True),
        ("http://a:8000/run", "http://a:8001", False),
        ("http://a/run", "https://a/run", False),
        ("http://a/run", "http://b/run", False),
        ("http://a/run", "http://a.evil/run", False),
    ],
)
def test_scheme_host_and_port_decide(one: str, other: str, same: bool) -> None:
    assert same_origin(one, other) is same

"""The page of a network."""

from typing import Any

import pytest

from tests.integration.web.network.support import network_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


def test_it_says_how_the_network_is_called() -> None:
    network = network_of(max_steps=7, timeout_s=30, max_concurrency=5000, requests_per_minute=3000)
    html = browser("ann").get(f"/networks/{network.pk}/").content.decode()
    for label, value in (
        ("Version", "not set"),
        ("Most steps", "7"),
        ("Time-out", "30 s"),
        ("Calls at a time", "5,000"),
        ("Requests a minute", "3,000"),
        ("Tokens a minute", "not set"),
    ):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in html


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Fails the row"),
        ({"config_url": "http://127.0.0.1:9"}, "Tries the row again"),
        ({"config_url": "http://127.0.0.1:9", "transient_400": False}, "Fails the row"),
        ({"transient_400": True}, "Tries the row again"),
    ],
)
def test_it_says_what_becomes_of_a_row_that_is_answered_with_400(values: dict[str, Any], sentence: str) -> None:
    network = network_of(run_url="http://127.0.0.1:9/run", **values)
    assert f"<dt>400</dt> <dd>{sentence}</dd>" in browser("ann").get(f"/networks/{network.pk}/").content.decode()

"""The page of a network."""

import pytest

from tests.integration.web.network.support import network_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


def test_it_says_how_the_network_is_called() -> None:
    network = network_of(max_steps=7, timeout_s=30, max_concurrency=5000)
    html = browser("ann").get(f"/networks/{network.pk}/").content.decode()
    for label, value in (
        ("Version", "not set"),
        ("Most steps", "7"),
        ("Time-out", "30 s"),
        ("Calls at a time", "5,000"),
    ):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in html

"""A network that is held says so on its page, and staff may end that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from experiments.models import Network
from tests.integration.web.network.support import network_of
from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db
REASON = "https://host takes no calls: HTTP 429 Too Many Requests: Wait."


@pytest.fixture
def held() -> Network:
    network = network_of()
    now = timezone.now()
    Network.objects.update(held_since=now, held_until=now + timedelta(minutes=5), hold_reason=REASON)
    return network


def page(network: Network, *, is_staff: bool) -> str:
    return browser("ann", is_staff=is_staff).get(f"/networks/{network.pk}/").content.decode()


def test_everybody_sees_why_since_when_and_until_when(held: Network) -> None:
    html = page(held, is_staff=False)
    assert f"{REASON} So since <time" in html
    assert "It is called again at <time" in html
    assert "Call it now" not in html


def test_staff_end_it(held: Network) -> None:
    assert "Call it now" in page(held, is_staff=True)
    client = browser("ann", is_staff=True)
    client.handler.enforce_csrf_checks = False
    response = client.post(f"/networks/{held.pk}/end-hold/")
    assert response.status_code == 302
    held.refresh_from_db()
    assert held.hold is None
    assert REASON not in page(held, is_staff=True)


def test_one_that_is_not_held_says_nothing() -> None:
    assert "So since" not in page(network_of(), is_staff=True)

"""The page that lists runs: whose, which, in what order, page by page."""

import re

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.models import Run
from tests.integration.web.run.support import direct, of_a_row
from tests.integration.web.support import batch_of, browser, row_of, run_for

pytestmark = pytest.mark.django_db


def listed(client: Client, address: str = "/runs/") -> list[str]:
    """Trace ids in the order of the page."""
    response = client.get(address)
    assert response.status_code == 200
    return re.findall(r'href="/runs/([^"/?]+)/\?network=\d+" title', response.content.decode())


def test_one_sees_ones_own_runs_and_staff_all_of_them() -> None:
    direct("ann", "of-ann", age_s=2)
    direct("bob", "of-bob", age_s=1)
    assert listed(browser("bob")) == ["of-bob"]
    assert listed(browser("eve")) == []
    assert listed(browser("root", is_staff=True)) == ["of-bob", "of-ann"]


def test_who_is_not_signed_in_does_that_first() -> None:
    assert Client().get("/runs/")["Location"] == "/login/?next=/runs/"


def test_a_run_says_what_was_sent_and_who_asked() -> None:
    of_a_row("ann", "t1", request={"user_message": "Hello\nthere"})
    direct("ann", "t2")
    html = browser("ann").get("/runs/").content.decode()
    batch = CsvBatch.objects.get()
    assert f'href="/csv-batch/{batch.pk}/"' in html
    assert "Hello…" in html
    assert "a direct call" in html


def test_the_row_of_a_trial_leads_to_its_batch() -> None:
    batch = batch_of("ann", status="draft")
    trial = CsvBatch.objects.create(
        kind=batch.kind, name="try", parent=batch, trial=1, network=batch.network, created_by=batch.created_by
    )
    run_for(row_of(trial, 0, "succeeded"), "t1")
    assert f'href="/csv-batch/{batch.pk}/"' in browser("ann").get("/runs/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["new", "row", "old"]),
        ("network=other", ["old"]),
        ("network=nowhere", []),
        ("search=MESSAGE+OF+NEW", ["new"]),
        ("search=old", ["old"]),
        ("search=nowhere", []),
        ("kind=csv_batch", ["row"]),
        ("kind=direct", ["new", "old"]),
        ("status=ok", ["new", "row"]),
        ("status=failed", ["old"]),
        ("status=run_error", ["old"]),
        ("since=2020-06-01T00:00", ["new", "row"]),
        ("until=2020-06-01T00:00", ["old"]),
        ("network=triage&kind=direct", ["new"]),
    ],
)
def test_the_filters(query: str, found: list[str]) -> None:
    direct("ann", "old", network="other", status="run_error")
    Run.objects.filter(trace_id="old").update(created_at="2020-01-01T00:00:00Z")
    direct("ann", "new")
    of_a_row("ann", "row")
    Run.objects.filter(trace_id="row").update(created_at="2021-01-01T00:00:00Z")
    assert listed(browser("ann"), f"/runs/?{query}") == found


@pytest.mark.parametrize(
    "query", ["since=yesterday", "kind=horse", "network=a%00b", "status=%00", "older=x", "older=~1"]
)
def test_what_is_not_understood_is_not_looked_at(query: str) -> None:
    direct("ann", "t1")
    assert listed(browser("ann"), f"/runs/?{query}") == ["t1"]


def test_a_filter_that_is_not_understood_is_said_beside_it() -> None:
    html = browser("ann").get("/runs/?since=yesterday").content.decode()
    assert "Enter a valid date/time." in html


def test_pages_follow_one_another_without_a_gap_also_at_one_moment() -> None:
    runs = [direct("ann", f"t{number}") for number in range(120)]
    Run.objects.all().update(created_at=runs[0].created_at)
    client, address, seen = browser("ann"), "/runs/?status=ok", []
    for _ in range(3):
        html = client.get(address).content.decode()
        seen += listed(client, address)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        address = following[1].replace("&amp;", "&") if following else ""
    assert address == ""
    assert seen == [run.trace_id for run in reversed(runs)]


def test_a_network_shows_its_newest_runs_and_leads_to_all() -> None:
    for number in range(7):
        direct("bob", f"t{number}", age_s=10 - number)
    direct("ann", "of-ann")
    direct("bob", "elsewhere", network="other")
    network = Run.objects.get(trace_id="t0").network
    assert listed(browser("bob"), f"/networks/{network.pk}/") == ["t6", "t5", "t4", "t3", "t2"]
    assert "/runs/?network=triage" in browser("bob").get(f"/networks/{network.pk}/").content.decode()


def test_a_trace_id_of_two_networks_leads_to_either_run() -> None:
    for network in ("first", "second"):
        direct("ann", "same", network=network)
    client = browser("ann")
    html = client.get("/runs/").content.decode()
    shown = [client.get(address).content.decode() for address in re.findall(r'href="(/runs/same/[^"]+)"', html)]
    assert ["Run on second" in page for page in shown] == [True, False]
    assert ["Run on first" in page for page in shown] == [False, True]

"""Lists of the admin: walked by keys, searched by what has an index, and as safe as every other page."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from experiments.admin import large
from experiments.models import ApiToken, Lane, NetworkCall, WorkerLease
from tests.integration.admin.support import next_page, operator
from tests.integration.routes.table import ADMIN
from tests.integration.web.support import batch_of, row_of, run_for, user

pytestmark = pytest.mark.django_db
ROWS, RUNS = "/admin/experiments/queueitem/", "/admin/experiments/run/"
MOST_STATEMENTS = 12
"""Of a page of the admin, with the session and the user: as many however much it shows."""


@pytest.fixture
def client() -> Client:
    return operator()


def indexes(html: str) -> list[int]:
    found = re.findall(r'class="field-place_in_batch">(?:<a[^>]*>)?([\d,]+)', html)
    return [int(index.replace(",", "")) for index in found]


def walked(client: Client, address: str) -> list[list[int]]:
    """Of each page that `Next` leads to."""
    pages, query = [], ""
    while query is not None:
        html = client.get(address + query).content.decode()
        pages.append(indexes(html))
        query = next_page(html)  # type: ignore[assignment]
        address = address.partition("?")[0]
    return pages


def test_rows_are_walked_to_the_last_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large.LargeAdmin, "list_per_page", 2)
    batch = batch_of("ann", ["queued"] * 5)
    assert walked(client, ROWS) == [[4, 3], [2, 1], [0]]
    assert walked(client, f"{ROWS}?batch={batch.pk}") == [[0, 1], [2, 3], [4]]


def test_a_stretch_without_a_hit_leads_to_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "STRETCH", 2)
    batch_of("ann", ["failed", "queued", "queued", "queued", "queued"])
    html = client.get(f"{ROWS}?status__exact=failed").content.decode()
    assert indexes(html) == []
    assert "Looked at 2 rows; no index leads to these." in html
    assert walked(client, f"{ROWS}?status__exact=failed") == [[], [], [0]]


def test_within_a_batch_an_index_leads_to_a_status_and_a_code(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "STRETCH", 1)
    batch = batch_of("ann", ["queued", "succeeded", "failed", "failed"])
    batch_of("ann", ["failed"], name="Other")
    for query, wanted in (("status__exact=failed", [2, 3]), ("code=timeout", [2, 3]), ("code=crashed", [])):
        html = client.get(f"{ROWS}?batch={batch.pk}&{query}").content.decode()
        assert indexes(html) == wanted, query
        assert "Looked at" not in html
    assert indexes(client.get(f"{ROWS}?batch=other").content.decode()) == [0]
    assert "No batch has this name or ID." in client.get(f"{ROWS}?batch=unknown").content.decode()


def test_text_of_rows_is_found_once_a_batch_is_chosen(client: Client) -> None:
    batch = batch_of("ann", ["succeeded", "failed", "queued"])
    html = client.get(f"{ROWS}?q=subject").content.decode()
    assert indexes(html) == []
    assert "To search the text of rows, choose a batch" in html
    for text, wanted in (("SUBJECT 2", [2]), ("answer 0", [0]), ("took too long", [1]), ("nothing like it", [])):
        html = client.get(ROWS, {"q": text, "batch": batch.pk}).content.decode()
        assert indexes(html) == wanted, text


def test_runs_are_found_by_owner_network_and_trace(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large.LargeAdmin, "list_per_page", 2)
    batch, other = batch_of("ann", ["succeeded"] * 3), batch_of("bob", ["succeeded"])
    for index in range(3):
        run_for(batch.rows.get(row_index=index), f"trace-{index}")
    run_for(other.rows.get(), "bobs")
    of_bob = client.get(f"{RUNS}?owner=bob").content.decode()
    assert re.findall(r"/admin/experiments/run/\d+/change/[^>]*>([\w-]+)<", of_bob) == ["bobs"]
    html = client.get(f"{RUNS}?owner=ann&network=triage").content.decode()
    assert "trace-2" in html
    assert "trace-0" not in html
    assert "trace-0" in client.get(RUNS + str(next_page(html))).content.decode()
    assert "trace-1" in client.get(f"{RUNS}?q=trace-1").content.decode()
    assert "None shown" in client.get(f"{RUNS}?q=trace").content.decode()


@pytest.mark.parametrize("address", [f"{ROWS}?from=x", f"{ROWS}?nothing=1", f"{RUNS}?from=never&owner=ann"])
def test_an_odd_address_leads_to_the_list(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302


def test_a_page_has_no_more_statements_for_more_rows(client: Client) -> None:
    """And no inline script or style: the browser would not run it."""
    fill()
    for address in ["/admin/", *(address for model in ADMIN for address in pages_of(model))]:
        with CaptureQueriesContext(connection) as seen:
            response = client.get(address)
        html = response.content.decode()
        assert response.status_code in (200, 403), address
        assert len(seen) <= MOST_STATEMENTS, "\n".join(query["sql"] for query in seen)
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=\"", html), address


def fill() -> None:
    """Several of everything, so that a statement for each would show."""
    batch = batch_of("ann", ["succeeded"] * 8)
    for index in range(8):
        run_for(batch.rows.get(row_index=index), f"trace-{index}")
        row_of(batch_of(f"user{index}", name=f"Batch {index}"), 0, "queued")
        ApiToken.issue(user=user(f"user{index}"), name="t")
    assert batch.network is not None
    now = batch.created_at
    for number in range(8):
        lease = WorkerLease.objects.create(
            id=f"00000000-0000-0000-0000-00000000000{number}",
            cluster=batch.pk,
            host="a",
            pid=number,
            beat_at=now,
            until=now,
        )
        Lane.objects.create(queue_id=batch.pk, number=number, network=batch.network, lease=lease, entered_at=now)
        NetworkCall.objects.create(network=batch.network, owner=user(f"user{number}"))


def pages_of(model: str) -> list[str]:
    kind: Any = apps.get_model(model.replace("/", "."))
    there = kind._base_manager.order_by("pk").values_list("pk", flat=True).first()
    return [f"/admin/{model}/", *([f"/admin/{model}/{there}/change/"] if there else [])]

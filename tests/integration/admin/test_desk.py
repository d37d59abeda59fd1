"""The admin's first page says how the site does: answers, failures, what waits, who works, what is held, which disk."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from experiments.models import Attempt, Network, WorkerProcess
from tests.integration.admin.support import operator
from tests.integration.web.support import batch_of, browser, row_of, run_for

pytestmark = pytest.mark.django_db


def page() -> str:
    return str(operator().get("/admin/").content.decode())


def test_a_site_at_rest() -> None:
    html = page()
    assert "Nothing waits." in html
    assert "No answer within the last hour." in html
    assert "No call ended within the last 60 minutes." in html
    assert "Start one: manage.py qcluster" in html
    assert 'Networks on hold</h2> <p class="value"><a href="/admin/experiments/network/?hold=on">0</a>' in html


def test_a_site_at_work() -> None:
    started = timezone.now() - timedelta(hours=2, minutes=3)
    batch = batch_of("ann", ["succeeded", "failed", "queued", "queued"], started_at=started, rate=90.0, name="Old one")
    batch_of("ann", ["queued"], name="Young one")
    batch_of("ann", status="paused", pause_code="unreachable")
    run_for(batch.rows.get(row_index=0))
    Attempt.objects.create(item=batch.rows.get(row_index=1), generation=1, attempt=1, outcome="timeout")
    Attempt.objects.create(item=batch.rows.get(row_index=1), generation=1, attempt=2, outcome="timeout")
    Network.objects.update(held_until=timezone.now() + timedelta(hours=1), hold_reason="The provider said 429.")
    for minutes in (0, 60):
        beat = timezone.now() - timedelta(minutes=minutes)
        WorkerProcess.objects.create(
            cluster=uuid4(), host="a", pid=1, role="guardian", doing="idle", started_at=beat, beat_at=beat
        )
    html = page()
    assert "Old one" in html
    assert "2 h 3 min" in html
    assert "Young one" not in html
    assert "2 of 3 calls of the last hour failed (66.7%)." in html
    assert "Timed out" in html
    assert "At most 1 per minute" in html
    assert "The provider said 429." in html
    assert "1 silent" in html
    assert "Waiting for a person." in html


def test_a_person_s_pause_needs_nobody() -> None:
    batch_of("ann", ["queued"], status="paused", pause_code="user")
    assert "Nothing needs you." in page()


def test_old_failures_and_answers_do_not_count() -> None:
    batch = batch_of("ann", ["succeeded"])
    run_for(batch.rows.get(), created_at=timezone.now() - timedelta(hours=2))
    Attempt.objects.update(ended_at=timezone.now() - timedelta(hours=2), outcome="timeout")
    html = page()
    assert "No answer within the last hour." in html
    assert "No call ended within the last 60 minutes." in html


def test_the_disk_is_told_by_what_the_tables_hold() -> None:
    row_of(batch_of("ann"), 0, "queued")
    html = page()
    assert '<th scope="row">Rows</th>' in html
    assert " free on this machine" in html


def test_sections_have_the_names_that_people_know() -> None:
    html = page()
    work, others = ("Batches", "Experiments", "Rows", "Runs", "Trial calls"), ("Leases", "API tokens", "History")
    for name in (*work, "Networks", *others):
        assert f">{name}</a></th>" in html, name
    assert "Queue items" not in html


def test_others_are_sent_to_the_log_in() -> None:
    assert browser("ann").get("/admin/").status_code == 302

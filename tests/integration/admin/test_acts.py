"""Acts in the admin ask once, do what can be done, say what they left out, and are written down object by object."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.admin import acts
from experiments.models import ApiToken, CallTotal, Claim, Network, QueueItem, WorkerLease
from tests.integration.admin.support import chosen, confirmed, operator
from tests.integration.web.support import batch_of, browser, user

pytestmark = pytest.mark.django_db
BATCHES, NETWORKS = "/admin/csv_batches/csvbatch/", "/admin/experiments/network/"


def test_it_asks_first_and_says_which_and_what_follows() -> None:
    client = operator()
    running, draft = batch_of("ann", ["queued"]), batch_of("ann", status="draft", name="Draft")
    html = chosen(client, BATCHES, "pause", running.pk, draft.pk).content.decode()
    assert "Pause 1 batch" in html
    assert "1 of the 2 batches you chose wasn’t running." in html
    assert "Calls in progress finish." in html
    running.refresh_from_db()
    assert running.status == "running"
    assert not LogEntry.objects.exists()


def test_it_does_what_can_be_done_and_says_what_it_left_out() -> None:
    client = operator()
    found = [batch_of("ann", ["queued"]), batch_of("bob", ["queued"]), batch_of("ann", status="draft")]
    said = confirmed(client, BATCHES, "pause", *(one.pk for one in found))
    assert said == ["2 of 3 paused; 1 wasn’t running."]
    assert sorted(CsvBatch.objects.values_list("status", flat=True)) == ["draft", "paused", "paused"]
    entries = LogEntry.objects.values_list("user__username", "object_id", "change_message")
    assert sorted(entries) == sorted(("root", str(one.pk), "Paused.") for one in found[:2])


def test_where_nothing_can_be_done_nothing_is_asked() -> None:
    client = operator()
    draft = batch_of("ann", status="draft")
    chosen(client, BATCHES, "cancel", draft.pk)
    assert "0 of 1 canceled; 1 wasn’t running or paused." in client.get(BATCHES).content.decode()


def test_what_a_service_refuses_is_said_and_the_others_are_done() -> None:
    client = operator()
    at_limit = batch_of("ann", ["failed", "queued"], status="paused", name="At its limit", max_failures=1)
    free = batch_of("ann", ["queued"], status="paused")
    said = confirmed(client, BATCHES, "resume", at_limit.pk, free.pk)
    assert said[0] == "1 of 2 resumed."
    assert said[1].startswith("At its limit: ")
    assert LogEntry.objects.get().object_id == str(free.pk)


def test_failed_rows_are_retried_and_corrected_ones_left() -> None:
    client = operator()
    batch = batch_of("ann", ["failed", "failed", "succeeded"], status="completed")
    assert confirmed(client, "/admin/experiments/queue/", "retry_failed", batch.pk) == ["1 being retried."]
    batch.refresh_from_db()
    assert (batch.queued, batch.failed, batch.status) == (2, 0, "running")


def test_it_acts_on_so_many_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MOST", 1)
    client = operator()
    two = [batch_of("ann", ["queued"]).pk for _ in range(2)]
    assert confirmed(client, BATCHES, "pause", *two) == ["Choose 1 at most. Nothing was changed."]
    assert set(CsvBatch.objects.values_list("status", flat=True)) == {"running"}


def test_who_may_only_look_is_offered_no_act() -> None:
    batch = batch_of("ann", ["queued"])
    sam = user("sam", is_staff=True)
    sam.user_permissions.add(Permission.objects.get(codename="view_csvbatch"))
    client = browser("sam")
    assert 'value="pause"' not in client.get(BATCHES).content.decode()
    chosen(client, BATCHES, "pause", batch.pk, confirmed="yes")
    batch.refresh_from_db()
    assert batch.status == "running"
    sam.user_permissions.add(Permission.objects.get(codename="change_csvbatch"))
    assert confirmed(client, BATCHES, "pause", batch.pk) == ["1 paused."]


def test_a_network_is_held_for_as_long_as_was_chosen_and_released() -> None:
    client = operator()
    network = Network.objects.create(name="triage")
    assert "For how long?" in chosen(client, NETWORKS, "hold", network.pk).content.decode()
    assert confirmed(client, NETWORKS, "hold", network.pk, choice="480") == ["1 on hold."]
    hold = Network.objects.get().hold
    assert hold is not None
    assert hold.until - timezone.now() > timedelta(hours=7)
    assert hold.reason == "Held by root."
    assert confirmed(client, NETWORKS, "hold", network.pk) == ["0 of 1 on hold; 1 was on hold already."]
    assert confirmed(client, NETWORKS, "release", network.pk) == ["1 released."]
    assert Network.objects.get().hold is None
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["On hold.", "Released."]


def lease_of(minutes: float) -> WorkerLease:
    now = timezone.now()
    return WorkerLease.objects.create(
        id=uuid4(), cluster=uuid4(), host="a", pid=1, beat_at=now, until=now + timedelta(minutes=minutes)
    )


def test_an_ended_lease_is_released_and_one_in_force_never(settings: object) -> None:
    settings.LEASE_RENEW_S = 0  # type: ignore[attr-defined]
    batch = batch_of("ann", ["running"])
    ended, in_force = lease_of(-5), lease_of(5)
    Claim.objects.create(item=QueueItem.objects.get(), queue_id=batch.pk, lease=ended)
    said = confirmed(operator(), "/admin/experiments/workerlease/", "release", ended.pk, in_force.pk)
    assert said == ["1 of 2 released; 1 is still renewed by its worker."]
    assert WorkerLease.objects.get() == in_force
    batch.refresh_from_db()
    assert (batch.queued, batch.running) == (1, 0)
    assert not Claim.objects.exists()
    assert CallTotal.objects.get().recorded == 1, "it counts as lost"


def test_a_token_is_revoked_and_nothing_of_it_is_shown() -> None:
    client = operator()
    token, secret = ApiToken.issue(user=user("ann"), name="script")
    page = "/admin/experiments/apitoken/"
    shown = client.get(page).content.decode() + client.get(f"{page}{token.pk}/change/").content.decode()
    assert token.prefix in shown
    assert token.sha256 not in shown
    assert secret not in shown
    assert confirmed(client, page, "revoke", token.pk) == ["1 revoked."]
    assert confirmed(client, page, "revoke", token.pk) == ["0 of 1 revoked; 1 has ended already."]

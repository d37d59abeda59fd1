"""Acts in the browser, in the admin, by a command and of the system itself."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from experiments.core.choices import PauseReason
from experiments.models import AuditEntry, Network, Queue
from experiments.services import queue_deletion, queue_end, queue_pause, queues
from experiments.worker import sweeper
from tests.integration.audit.support import acts, newest
from tests.integration.web.support import batch_of, browser, post_form, queue_url, user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_button_is_an_act_in_the_browser() -> None:
    client = browser("ann")
    batch = batch_of("ann", ["queued"], status="running")
    post_form(client, queue_url(batch), queue_url(batch, "pause/"))
    assert acts() == [("ann", "browser", "pause")]


def test_behind_a_proxy_the_address_is_the_one_that_it_saw(settings: object) -> None:
    client = browser("ann")
    batch = batch_of("ann", ["queued"], status="running")
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]
    seen = {"X-Forwarded-For": "10.9.8.7, 203.0.113.5", "X-Forwarded-Proto": "https"}
    client.get(queue_url(batch), headers=seen, secure=True)
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    client.post(queue_url(batch, "pause/"), form, headers={**seen, "Referer": "https://testserver/"}, secure=True)
    assert newest().address == "203.0.113.5"


def test_an_action_of_the_admin_names_who_did_it() -> None:
    client = browser("root", is_staff=True, is_superuser=True)
    batch = batch_of("ann", ["queued"], status="running")
    page = "/admin/experiments/queue/"
    client.get(page)
    token = client.cookies["csrftoken"].value
    form = {"csrfmiddlewaretoken": token, "action": "cancel", "_selected_action": [str(batch.pk)]}
    client.post(page, form)
    assert acts("csv_batch") == []
    client.post(page, {**form, "confirmed": "yes"})
    assert acts("csv_batch") == [("root", "admin", "cancel")]


def test_a_network_in_the_admin() -> None:
    client = browser("root", is_staff=True, is_superuser=True)
    network = Network.objects.create(name="n")
    page = "/admin/experiments/network/"
    client.get(page)
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "confirmed": "yes"}
    client.post(page, {**form, "action": "hold", "_selected_action": [str(network.pk)]})
    assert acts("network") == [("root", "admin", "pause")]


def log_in(client: Client, password: str) -> None:
    client.get("/login/")
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "username": "ann", "password": password}
    client.post("/login/", form)


def test_a_log_in() -> None:
    ann = user("ann")
    ann.set_password("correct horse")
    ann.save()
    client = browser("bob")
    client.logout()
    log_in(client, "correct horse")
    entry = newest()
    assert (entry.user_name, entry.channel, entry.action, entry.address) == ("ann", "browser", "log_in", "127.0.0.1")
    client.logout()
    before = AuditEntry.objects.count()
    log_in(client, "wrong")
    assert AuditEntry.objects.count() == before


def test_commands_are_of_the_account_at_the_machine(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    user("ann")
    call_command("drf_create_token", "ann")
    batch = batch_of("ann", ["succeeded"], status="completed", completed_at=timezone.now() - timedelta(days=9))
    call_command("export_csv_batch", str(batch.pk), "--output", f"{tmp_path}/x.csv")
    call_command("retention", "--days", "5")
    entries = AuditEntry.objects.filter(channel="command").order_by("id")
    assert [entry.action for entry in entries] == ["create", "export", "delete"]
    assert all(entry.user_name for entry in entries)


def test_what_the_system_does_has_no_user() -> None:
    batch = batch_of("ann", ["queued"], status="running")
    queue_pause.queue_pause(batch.pk, reason=PauseReason.SERVER_ERROR, detail="", until_s=0)
    # Paused already: not once more.
    queue_pause.queue_pause(batch.pk, reason=PauseReason.SERVER_ERROR, detail="")
    sweeper.sweep()
    assert acts() == [("", "system", "pause"), ("", "system", "resume")]
    Queue.objects.filter(pk=batch.pk).update(range_from=5)
    queue_end.settle(batch.pk)
    assert newest().detail == {"reason": "range"}


def test_a_trial_has_no_history() -> None:
    batch = batch_of("ann", ["queued"], status="draft")
    trial = batch_of("ann", ["queued"], status="running", parent=batch, trial=1)
    queues.pause(queue_id=trial.pk, by="ann")
    assert acts() == []


def test_an_entry_is_undone_with_its_act() -> None:
    batch = batch_of("ann", ["queued"], status="running")
    with transaction.atomic():
        queues.pause(queue_id=batch.pk, by="ann")
        assert acts() == [("", "system", "pause")]
        transaction.set_rollback(True)
    assert acts() == []


def test_an_entry_cannot_be_changed_and_outlives_user_and_batch() -> None:
    client = browser("ann")
    batch = batch_of("ann", ["queued"], status="running")
    post_form(client, queue_url(batch), queue_url(batch, "cancel/"))
    with pytest.raises(DatabaseError, match="never changed"):
        AuditEntry.objects.update(user_name="somebody else")
    with pytest.raises(TypeError):
        newest().save()
    queue_deletion.delete(queue=batch)
    user("ann").delete()
    assert acts() == [("ann", "browser", "cancel"), ("", "system", "delete")]


def test_old_entries_are_deleted_where_the_site_says_so(settings: object) -> None:
    for days in (1, 40):
        AuditEntry.objects.create(action="start", channel="api", object_kind="csv_batch", object_id=str(days))
    old = AuditEntry.objects.filter(object_id="40")
    entry = old.get()
    old.delete()
    entry.pk = None
    AuditEntry._meta.get_field("at").auto_now_add = False  # type: ignore[union-attr]
    try:
        entry.at = timezone.now() - timedelta(days=40)
        entry.save()
    finally:
        AuditEntry._meta.get_field("at").auto_now_add = True  # type: ignore[union-attr]
    sweeper.apply_retention()
    assert AuditEntry.objects.count() == 2
    settings.AUDIT_DAYS = 30  # type: ignore[attr-defined]
    sweeper.apply_retention()
    assert AuditEntry.objects.get().object_id == "1"


def test_the_log_level_makes_no_difference(caplog: pytest.LogCaptureFixture) -> None:
    batch = batch_of("ann", ["queued"], status="running")
    with caplog.at_level("CRITICAL"):
        queues.cancel(queue_id=batch.pk)
    assert acts() == [("", "system", "cancel")]


def test_the_page_shows_who_did_what_and_is_linked_from_the_batch() -> None:
    client = browser("ann")
    batch = batch_of("ann", ["queued"], status="running")
    history = queue_url(batch, "history/")
    assert f'href="{history}"' in client.get(queue_url(batch)).content.decode()
    assert "Starts, pauses, retries" in client.get(history).content.decode()
    post_form(client, queue_url(batch), queue_url(batch, "pause/"))
    shown = client.get(history).content.decode()
    assert "ann" in shown
    assert "Pause" in shown
    assert "127.0.0.1" in shown


def test_the_admin_lists_entries_and_changes_none() -> None:
    client = browser("root", is_staff=True, is_superuser=True)
    queues.cancel(queue_id=batch_of("ann", ["queued"], status="running").pk)
    page = "/admin/experiments/auditentry/"
    entry = newest()
    assert "cancel" in client.get(f"{page}?action__exact=cancel").content.decode().lower()
    assert client.get(f"{page}{entry.pk}/change/").status_code == 200
    for address in (f"{page}add/", f"{page}{entry.pk}/delete/"):
        assert client.get(address).status_code == 403

"""What is due is sent, signed and in order, until it arrives or is given up."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone

from experiments.core.webhooks import GIVE_UP_S
from experiments.models import Delivery, Subscription
from experiments.services import subscriptions
from experiments.services.queue_end import settle
from experiments.worker import deliveries
from tests.integration.notices.support import SECRET, told, webhook
from tests.integration.web.support import batch_of, user
from tests.support.receiver import Receiver

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9/"
"""Of the discard service, which nobody runs."""


def event_for(subscription: Subscription, **values: Any) -> Delivery:
    given = {"message_id": f"msg_{uuid4().hex}", "event": "test", "body": '{"type": "test", "data": {}}', **values}
    return Delivery.objects.create(subscription=subscription, **given)


def send() -> Delivery | None:
    """The next that is due, in this process; as it is afterwards."""
    claimed = deliveries.claim_one(busy=[])
    if claimed is None:
        return None
    deliveries.record(claimed, deliveries.attempt(claimed.delivery))
    return Delivery.objects.get(pk=claimed.delivery.pk)


def due() -> None:
    """As if the waits were over."""
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_it_is_signed_sent_and_logged(tmp_path: Path) -> None:
    with Receiver(tmp_path) as receiver:
        webhook("ann", receiver.url)
        settle(batch_of("ann", ["succeeded"]).pk)
        sent = send()
        (request,) = receiver.requests()
    assert sent is not None
    assert (sent.state, sent.attempts, sent.http_status, sent.error) == ("delivered", 1, 200, "")
    assert request["body"] == sent.body
    headers = request["headers"]
    assert headers["webhook-id"] == sent.message_id
    assert headers["content-type"] == "application/json"
    signed = f"{sent.message_id}.{headers['webhook-timestamp']}.{sent.body}".encode()
    digest = hmac.new(b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"
    assert send() is None


@pytest.mark.parametrize(
    ("status", "said"), [(500, "answered 500"), (302, "Redirects aren’t followed"), (404, "answered 404")]
)
def test_what_is_not_accepted_is_sent_again_later_and_redirects_are_not_followed(
    tmp_path: Path, status: int, said: str
) -> None:
    with Receiver(tmp_path, str(status)) as receiver:
        event_for(webhook("ann", receiver.url))
        failed = send()
        assert len(receiver.requests()) == 1
    assert failed is not None
    assert (failed.state, failed.attempts, failed.http_status) == ("waiting", 1, status)
    assert said in failed.error
    assert 4 < (failed.due_at - timezone.now()).total_seconds() < 7
    assert send() is None


def test_a_receiver_that_is_not_there_is_said_so() -> None:
    event_for(webhook("ann", NOWHERE))
    failed = send()
    assert failed is not None
    assert failed.http_status is None
    assert "could not be reached" in failed.error


def test_after_three_days_it_is_given_up_and_the_next_one_is_sent() -> None:
    subscription, queue = webhook("ann", NOWHERE), uuid4()
    first, second = (event_for(subscription, queue_id=queue) for _ in range(2))
    Delivery.objects.filter(pk=first.pk).update(since=F("since") - timedelta(seconds=GIVE_UP_S - 1))
    given_up = send()
    assert given_up is not None
    assert (given_up.pk, given_up.state) == (first.pk, "given_up")
    next_one = send()
    assert next_one is not None
    assert (next_one.pk, next_one.state) == (second.pk, "waiting")


def test_the_next_event_of_a_queue_waits_for_the_one_before_and_those_of_others_do_not() -> None:
    subscription, queue = webhook("ann", NOWHERE), uuid4()
    first, _, other = (event_for(subscription, queue_id=one) for one in (queue, queue, uuid4()))
    sent = [send() for _ in range(3)]
    assert [one.pk if one else None for one in sent] == [first.pk, other.pk, None]
    due()
    again = send()
    assert again is not None
    assert (again.pk, again.attempts) == (first.pk, 2)


def test_what_somebody_sends_is_claimed_and_comes_back_when_they_are_gone() -> None:
    event = event_for(webhook("ann", NOWHERE))
    claimed = deliveries.claim_one(busy=[])
    assert claimed is not None
    assert not deliveries.is_due()
    assert deliveries.claim_one(busy=[]) is None
    Delivery.objects.filter(pk=event.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert deliveries.is_due()
    later = deliveries.claim_one(busy=[])
    assert later is not None
    # Whoever was taken for dead has nothing to say any more.
    deliveries.record(claimed, deliveries.Attempt())
    assert Delivery.objects.get().state == "waiting"
    deliveries.record(later, deliveries.Attempt())
    assert Delivery.objects.get().state == "delivered"


def test_a_busy_subscription_is_passed_over() -> None:
    hangs, other = webhook("ann", NOWHERE), webhook("bob", NOWHERE)
    event_for(hangs)
    theirs = event_for(other)
    claimed = deliveries.claim_one(busy=[hangs.pk])
    assert claimed is not None
    assert claimed.delivery.pk == theirs.pk


def test_a_host_that_is_no_longer_allowed_gets_nothing(tmp_path: Path, settings: Any) -> None:
    with Receiver(tmp_path) as receiver:
        event_for(webhook("ann", receiver.url))
        settings.RUN_HOSTS_LOOPBACK = False
        failed = send()
        assert receiver.requests() == []
    assert failed is not None
    assert failed.state == "waiting"
    assert "WEBHOOK_HOSTS" in failed.error


def test_gone_switches_the_webhook_off(tmp_path: Path) -> None:
    with Receiver(tmp_path, "410") as receiver:
        subscription = webhook("ann", receiver.url)
        event_for(subscription)
        event_for(subscription)
        given_up = send()
    assert given_up is not None
    assert given_up.state == "given_up"
    subscription.refresh_from_db()
    assert not subscription.is_active
    assert "410" in subscription.stopped_why
    assert send() is None


def test_a_replay_is_the_same_event_again(tmp_path: Path) -> None:
    with Receiver(tmp_path) as receiver:
        subscription = webhook("ann", receiver.url)
        event = event_for(subscription)
        send()
        subscriptions.replay(subscription=subscription, delivery_id=event.pk)
        send()
        first, second = receiver.requests()
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"] == event.message_id
    assert first["body"] == second["body"]


def test_what_cannot_be_opened_waits_and_says_so(settings: Any) -> None:
    subscription = webhook("ann", NOWHERE)
    Subscription.objects.filter(pk=subscription.pk).update(sealed_secret="not one of ours")
    event_for(subscription)
    failed = send()
    assert failed is not None
    assert failed.state == "waiting"
    assert "ValueError" in failed.error


def test_old_events_go_and_those_that_still_wait_stay() -> None:
    subscription = webhook("ann", NOWHERE)
    for state in ("delivered", "given_up", "waiting"):
        event_for(subscription, state=state, since=timezone.now() - timedelta(days=31))
    event_for(subscription, state="delivered")
    deliveries.tidy()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "waiting"]


# -- mails


def mails_to(name: str, address: str = "ann@example.com", **values: Any) -> Subscription:
    person = user(name)
    person.email = address
    person.save()
    return Subscription.objects.create(owner=person, way="email", events=["completed"], **values)


def test_a_mail_goes_to_the_owner_and_has_no_contents(settings: Any) -> None:
    settings.EMAIL_HOST = "smtp.example.com"
    mails_to("ann")
    settle(batch_of("ann", ["succeeded"] * 3 + ["failed"], name="Mails of\nMay").pk)
    sent = send()
    assert sent is not None
    assert sent.state == "delivered"
    (message,) = mail.outbox
    assert message.to == ["ann@example.com"]
    assert message.subject == "Batch “Mails of\\nMay” is completed with 1 failure"
    assert "4 rows: 3 succeeded, 1 failed" in str(message.body)
    assert json.loads(sent.body)["data"]["url"] in str(message.body)


def test_without_a_server_or_an_address_nothing_is_mailed(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    event_for(mails_to("ann"))
    settings_off = send()
    settings.EMAIL_HOST = "smtp.example.com"
    event_for(mails_to("bob", ""))
    no_address = send()
    assert mail.outbox == []
    for failed in (settings_off, no_address):
        assert failed is not None
        assert failed.state == "waiting"
        assert "no address" in failed.error


def test_a_person_who_wants_no_mails_gets_none() -> None:
    settle(batch_of("ann", ["succeeded"]).pk)
    assert told() == []

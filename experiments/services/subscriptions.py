"""Subscribing to what happens to one's queues, by webhook or by mail. Staff may hear of everybody's."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from experiments.core.choices import NOTICED, AuditAction, DeliveryState, ErrorCode, NoticeEvent, NoticeWay
from experiments.core.errors import Conflict, InvalidInput
from experiments.core.webhooks import new_secret, secret_problem
from experiments.models import Delivery, Subscription
from experiments.models.notices import URL_CHARS
from experiments.models.run_hosts import check_webhook_url
from experiments.selectors.notices import mails_of
from experiments.services import audit, notices

MOST = 20
"""Webhooks of one user."""
MOST_TESTS = 3
"""Test events of one subscription that may be waiting."""


def create(*, user: Any, way: NoticeWay, values: Mapping[str, Any]) -> tuple[Subscription, str]:
    """A subscription and its secret, which is not shown again; "" for mails. `values` as in `change`.

    There is one of mails: a second changes the first. They are of the user's own queues.
    """
    if way == NoticeWay.EMAIL:
        return _mails_to(user, values), ""
    with transaction.atomic():
        if Subscription.objects.filter(owner=user, way=way).count() >= MOST:
            raise InvalidInput(f"You have {MOST} webhooks. Delete one first.", code=ErrorCode.TOO_MANY, attr="url")
        made = Subscription(owner=user, way=way, events=[*NOTICED])
        secret = values.get("secret") or new_secret()
        _set(made, {**values, "secret": secret})
        made.save(force_insert=True)
        made.refresh_from_db()
        audit.record_subscription(made, AuditAction.CREATE)
    return made, secret


def _mails_to(user: Any, values: Mapping[str, Any]) -> Subscription:
    problem = mail_problem(user)
    if problem:
        raise InvalidInput(problem, code=ErrorCode.INVALID, attr="way")
    with transaction.atomic():
        found = mails_of(user).select_for_update(no_key=True).first()
        mail = found or Subscription(owner=user, way=NoticeWay.EMAIL, events=[*NOTICED])
        _set(mail, values)
        mail.save()
        mail.refresh_from_db()
        audit.record_subscription(mail, AuditAction.CHANGE if found else AuditAction.CREATE)
    return mail


def mail_problem(user: Any) -> str:
    """Why this user can get no mails, as a sentence; "" where they can."""
    if not settings.EMAIL_HOST:
        return "This site sends no mail. Set EMAIL_HOST and restart."
    if not user.email:
        return "Your account has no e-mail address. Ask whoever runs this site to add it."
    return ""


def change(*, subscription: Subscription, values: Mapping[str, Any]) -> Subscription:
    """`values`: any of `url`, `secret`, `events`, `failure_percent`, `all_users`, `is_active`."""
    with transaction.atomic():
        found = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        _set(found, values)
        found.save()
        audit.record_subscription(found, AuditAction.CHANGE, settings=sorted(values))
    return found


def new_secret_of(*, subscription: Subscription) -> str:
    """Replaces its secret at once. The new one, which is not shown again."""
    secret = new_secret()
    change(subscription=subscription, values={"secret": secret})
    return secret


def delete(*, subscription: Subscription) -> None:
    """With its log, and what is still on its way."""
    with transaction.atomic():
        audit.record_subscription(subscription, AuditAction.DELETE)
        subscription.delete()


def send_test(*, subscription: Subscription) -> Delivery:
    """An event that says nothing but that it arrives."""
    waiting = Delivery.objects.filter(subscription=subscription, event=NoticeEvent.TEST, state=DeliveryState.WAITING)
    if waiting.count() >= MOST_TESTS:
        raise Conflict("Your last test events aren’t delivered yet. Wait for one of them.", code=ErrorCode.TOO_MANY)
    return Delivery.objects.create(
        subscription=subscription,
        message_id=notices.new_message_id(),
        event=NoticeEvent.TEST,
        body=notices.body_of_test(subscription, timezone.now()),
    )


def replay(*, subscription: Subscription, delivery_id: int) -> Delivery | None:
    """Sends an event again, under its id; one that waits, at once. None where there is no such delivery."""
    found = Delivery.objects.filter(subscription=subscription, pk=delivery_id)
    again = {"state": DeliveryState.WAITING, "due_at": Now(), "since": Now(), "attempts": 0, "ended_at": None}
    return found.get() if found.update(**again) else None


def _set(subscription: Subscription, values: Mapping[str, Any]) -> None:
    """Sets what is given; None is as not given."""
    given = {name: value for name, value in values.items() if value is not None}
    if subscription.way == NoticeWay.EMAIL:
        only = next((name for name in ("url", "secret", "all_users") if given.get(name)), None)
        if only:
            raise InvalidInput("Mails have none. They are about your own batches.", code=ErrorCode.INVALID, attr=only)
    elif "url" in given:
        _check_url(given["url"])
    if "secret" in given:
        problem = secret_problem(given["secret"])
        if problem:
            raise InvalidInput(problem, code=ErrorCode.INVALID, attr="secret")
    if "events" in given:
        given["events"] = [event for event in NOTICED if event in given["events"]]
        if not given["events"]:
            raise InvalidInput("Choose at least one event.", code=ErrorCode.REQUIRED, attr="events")
    if given.get("all_users") and not subscription.owner.is_staff:
        raise InvalidInput("Only staff hear of everybody’s batches.", code=ErrorCode.INVALID, attr="all_users")
    if given.get("is_active"):
        given["stopped_why"] = ""
    for name, value in given.items():
        setattr(subscription, name, value)


def _check_url(url: str) -> None:
    if len(url) > URL_CHARS:
        raise InvalidInput(f"At most {URL_CHARS:,} characters.", code=ErrorCode.INVALID_URL, attr="url")
    check_webhook_url(url)

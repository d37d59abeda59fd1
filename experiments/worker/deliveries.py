"""Sends what is in the outbox, in a process of its own: it waits for other people's servers, and calls no rows.

It is started where something is due, and ends when nothing is. Each delivery is claimed for a while first: what a
process had when it was killed is sent again by another. The next event of a queue is sent to a subscription once the
one before has arrived or was given up, so that they come in order; one subscription has one thread at a time, so that
a receiver that hangs keeps nobody else waiting.
"""

import json
import logging
import random
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from experiments.core.choices import DeliveryState, NoticeWay
from experiments.core.errors import InvalidInput
from experiments.core.formatting import shorten
from experiments.core.webhooks import GIVE_UP_S, signature, wait_s
from experiments.models import Delivery, Subscription
from experiments.models.run_hosts import check_webhook_url
from experiments.run_client.retry_after import retry_after_s
from experiments.run_client.transport import exchange
from experiments.run_client.values import RunReply, RunTarget
from experiments.services.notice_mail import mail_of
from experiments.worker import heartbeat, shutdown

logger = logging.getLogger(__name__)

AT_A_TIME = 4
TIMEOUT_S = 10.0
CLAIM_S = 60.0
"""Longer than any attempt takes. After it somebody else sends what a process had that was killed."""
KEPT = timedelta(days=30)
READ_BYTES = 64 * 1024
ERROR_CHARS = 500
GONE = 410
"""What a receiver answers that wants no more events, as Standard Webhooks has it."""

_DUE = """
SELECT d.id FROM experiments_delivery d
JOIN experiments_subscription s ON s.id = d.subscription_id JOIN auth_user u ON u.id = s.owner_id
WHERE d.state = 'waiting' AND d.due_at <= statement_timestamp()
  AND coalesce(d.claimed_until, '-infinity') < statement_timestamp()
  AND s.is_active AND u.is_active AND NOT s.id = ANY(%(busy)s::uuid[])
  AND NOT EXISTS (
    SELECT 1 FROM experiments_delivery e WHERE e.subscription_id = d.subscription_id AND e.queue_id = d.queue_id
    AND e.state = 'waiting' AND e.id < d.id)
"""
_CLAIM = f"""
UPDATE experiments_delivery SET claim = %(claim)s,
    claimed_until = clock_timestamp() + %(claim_s)s::float8 * interval '1 second'
WHERE id = ({_DUE} ORDER BY d.due_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
RETURNING id
"""  # noqa: S608
_RECORD = """
UPDATE experiments_delivery
SET claim = NULL, claimed_until = NULL, attempts = attempts + 1, tried_at = clock_timestamp(),
    http_status = %(status)s, error = %(error)s, due_at = clock_timestamp() + %(wait_s)s::float8 * interval '1 second',
    state = CASE WHEN %(arrived)s THEN 'delivered' WHEN is_over THEN 'given_up' ELSE state END,
    ended_at = CASE WHEN %(arrived)s OR is_over THEN clock_timestamp() END
FROM (SELECT id AS told, %(gone)s OR clock_timestamp() + %(wait_s)s::float8 * interval '1 second'
             > since + %(give_up_s)s::float8 * interval '1 second' AS is_over
      FROM experiments_delivery WHERE id = %(id)s) AS attempt
WHERE id = told AND claim = %(claim)s AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process sends, under its claim."""

    delivery: Delivery
    claim: UUID

    @property
    def subscription(self) -> Subscription:
        return self.delivery.subscription


@dataclass(frozen=True, slots=True)
class Attempt:
    """How it went. `error` is "" where it arrived, else a sentence; `told_s`: how long the receiver asks to wait."""

    error: str = ""
    http_status: int | None = None
    told_s: float | None = None


def is_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_DUE})", {"busy": []})
        return bool(cursor.fetchone()[0])


def deliver_due() -> None:
    """Until nothing is due. What is on its way when the worker is to stop still arrives."""
    in_flight: dict[Future[Attempt], Claimed] = {}
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="delivery") as pool:
        try:
            while True:
                heartbeat.beat()
                _send_more(pool, in_flight)
                if not in_flight:
                    return
                done, _ = wait(in_flight, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    record(in_flight.pop(future), future.result())
        except (OperationalError, InterfaceError) as error:
            logger.warning("deliveries wait: the database is away (%s)", type(error).__name__)


def _send_more(pool: ThreadPoolExecutor, in_flight: dict[Future[Attempt], Claimed]) -> None:
    while len(in_flight) < AT_A_TIME and not shutdown.stopping():
        claimed = claim_one(busy=[one.subscription.pk for one in in_flight.values()])
        if claimed is None:
            return
        in_flight[pool.submit(attempt, claimed.delivery)] = claimed


def claim_one(*, busy: list[UUID]) -> Claimed | None:
    """The delivery that is due for longest, of a subscription that is not `busy`."""
    claim = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"busy": busy, "claim": claim, "claim_s": CLAIM_S})
        found = cursor.fetchone()
    delivery = found and Delivery.objects.select_related("subscription__owner").filter(pk=found[0]).first()
    return Claimed(delivery, claim) if delivery else None


def attempt(delivery: Delivery) -> Attempt:
    """Sends it once, without the database. Whatever goes wrong is the outcome of this attempt."""
    try:
        if delivery.subscription.way == NoticeWay.EMAIL:
            return _mail(delivery)
        return _post(delivery)
    except Exception as error:
        logger.exception("delivery %s cannot be sent", delivery.pk)
        return Attempt(f"It can’t be sent ({type(error).__name__}).")


def _post(delivery: Delivery) -> Attempt:
    subscription = delivery.subscription
    try:
        check_webhook_url(subscription.url)
    except InvalidInput as error:
        return Attempt(error.detail)
    body = delivery.body.encode()
    target = RunTarget(subscription.url, None, TIMEOUT_S, max_body_bytes=READ_BYTES)
    answer = exchange(target, data=body, headers=headers_of(delivery, body))
    if isinstance(answer, RunReply):
        return Attempt(answer.message)
    if 200 <= answer.status < 300:
        return Attempt(http_status=answer.status)
    redirect = " Redirects aren’t followed." if 300 <= answer.status < 400 else ""
    told_s = retry_after_s(answer.headers, now=datetime.now(UTC))
    return Attempt(f"The receiver answered {answer.status}.{redirect}", answer.status, told_s)


def headers_of(delivery: Delivery, body: bytes) -> Mapping[str, str]:
    """As Standard Webhooks has them."""
    moment = int(time.time())
    signed = signature(delivery.subscription.secret, message_id=delivery.message_id, moment=moment, body=body)
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signed,
    }


def _mail(delivery: Delivery) -> Attempt:
    address = delivery.subscription.owner.email
    if not settings.EMAIL_HOST or not address:
        return Attempt("There is no address to send it to, or this site sends no mail.")
    subject, text = mail_of(json.loads(delivery.body))
    EmailMessage(subject, text, to=[address]).send()
    return Attempt()


def record(claimed: Claimed, attempt: Attempt) -> None:
    """Writes down how it went; nothing where it is no longer ours."""
    delivery, gone = claimed.delivery, attempt.http_status == GONE
    values: dict[str, Any] = {
        "id": delivery.pk,
        "claim": claimed.claim,
        "arrived": not attempt.error,
        "gone": gone,
        "status": attempt.http_status,
        "error": shorten(attempt.error, ERROR_CHARS),
        "wait_s": wait_s(delivery.attempts + 1, jitter=random.SystemRandom().random(), told_s=attempt.told_s),
        "give_up_s": GIVE_UP_S,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RECORD, values)
        if gone and cursor.rowcount:
            why = "The receiver answered 410: it wants no more events."
            Subscription.objects.filter(pk=delivery.subscription_id).update(is_active=False, stopped_why=why)


def tidy() -> None:
    """Deletes what was created a month ago, and was not sent again since."""
    Delivery.objects.filter(since__lt=timezone.now() - KEPT).exclude(
        state=DeliveryState.WAITING, subscription__is_active=True
    ).delete()

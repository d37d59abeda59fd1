"""Subscriptions, and what is in the outbox, without a worker."""

import json
from typing import Any

from experiments.core.choices import NOTICED
from experiments.models import Delivery, Subscription
from tests.integration.web.support import user

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def webhook(owner: str, url: str = "http://127.0.0.1:9/", **values: Any) -> Subscription:
    given = {"events": [one.value for one in NOTICED], **values}
    made = Subscription(owner=user(owner), way="webhook", url=url, **given)
    made.secret = SECRET
    made.save()
    return made


def told() -> list[str]:
    """The events in the outbox, in the order in which they are sent."""
    return list(Delivery.objects.order_by("id").values_list("event", flat=True))


def body(**filters: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Delivery.objects.get(**filters).body)
    return found

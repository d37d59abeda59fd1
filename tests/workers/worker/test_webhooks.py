"""A real worker and a receiver that fails half of the time: each event arrives, in order for each batch, signed."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils import timezone

from experiments.models import Delivery
from tests.integration.notices.support import SECRET, webhook
from tests.support.api import Api, numbered
from tests.support.receiver import Receiver
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

ROWS = 4
BATCHES = 5


def is_genuine(request: dict[str, Any]) -> bool:
    headers = request["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{request['body']}".encode()
    digest = hmac.new(b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"


def by_batch(requests: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What was accepted of each batch, each event once, in the order of its first acceptance."""
    found: dict[str, list[str]] = defaultdict(list)
    seen = set()
    for request in requests:
        body = json.loads(request["body"])
        if request["headers"]["webhook-id"] not in seen:
            seen.add(request["headers"]["webhook-id"])
            found[body["data"]["id"]].append(body["type"])
    return found


def all_arrived(events: int) -> bool:
    """Hurries what waits: the waits between attempts are tested by themselves."""
    soon = timezone.now()
    Delivery.objects.filter(state="waiting", due_at__gt=soon, claim=None).update(due_at=soon)
    return Delivery.objects.filter(state="delivered").count() >= events


def owner(api: Api) -> str:
    return str(api.get("/csv_batches")["results"][0]["created_by"])


def test_each_event_arrives_in_order_for_each_batch_and_signed(
    api: Api, run_server: RunServer, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    run_server.script(rules=[{"match": "^row 1$", "attempts": [{"do": "status", "status": 422}], "repeat": True}])
    network = api.network(run_server)
    batches = [api.ready(network, numbered(ROWS)) for _ in range(BATCHES)]
    with Receiver(tmp_path, "500,200") as receiver:
        start_worker(WEBHOOK_HOSTS=receiver.host)
        webhook(owner(api), receiver.url, failure_percent=20)
        for batch in batches:
            api.run(batch)
        for batch in batches:
            api.wait(batch, until=["completed"])
        for batch in batches:
            api.post(f"/csv_batches/{batch}/retry", {"force": True}, 202)
            api.wait(batch, until=["completed"])
        eventually(lambda: all_arrived(4 * BATCHES), timeout_s=60, what="every event accepted")
        requests, accepted = receiver.requests(), receiver.accepted()
    assert all(map(is_genuine, requests))
    assert by_batch(accepted) == {batch: ["csv_batch.failure_share", "csv_batch.completed"] * 2 for batch in batches}
    assert len(requests) >= 2 * len(accepted) - 1
    moments = [json.loads(one["body"]) for one in accepted]
    for batch in batches:
        told = [one["timestamp"] for one in moments if one["data"]["id"] == batch]
        assert told == sorted(told)


def test_what_a_worker_was_sending_when_it_was_killed_arrives_all_the_same(
    api: Api, run_server: RunServer, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    batch = api.ready(api.network(run_server), numbered(ROWS))
    with Receiver(tmp_path, delay_s=2) as receiver:
        worker = start_worker(WEBHOOK_HOSTS=receiver.host)
        webhook(owner(api), receiver.url)
        api.run(batch)
        eventually(receiver.requests, what="an event on its way")
        worker.kill_group()
        claimed = Delivery.objects.get()
        assert claimed.state == "waiting"
        # Its claim would end by itself after a minute.
        Delivery.objects.update(claimed_until=F("claimed_until") - timedelta(minutes=1))
        start_worker(WEBHOOK_HOSTS=receiver.host)
        eventually(lambda: all_arrived(1), what="the event accepted")
        requests = receiver.requests()
    assert len(requests) == 2
    assert {one["headers"]["webhook-id"] for one in requests} == {claimed.message_id}
    assert all(map(is_genuine, requests))

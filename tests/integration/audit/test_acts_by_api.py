"""Each act by the API is an entry of its batch's history, with who, when, from where and what."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from experiments.models import AuditEntry, Queue, QueueItem
from tests.integration.audit.support import acts, newest
from tests.support.api import Api, numbered


@pytest.fixture
def batch(api: Api) -> str:
    return api.ready(api.network(None), numbered(3))


def succeed(batch: str) -> None:
    """As if a worker had called its rows."""
    QueueItem.objects.filter(queue_id=batch).update(status="succeeded", result_payload={"topic": "x", "score": 1})
    counts = {"queued": 0, "succeeded": F("total")}
    Queue.objects.filter(pk=batch).update(status="completed", completed_at=timezone.now(), **counts)


def test_its_whole_way_is_written_down(api: Api, batch: str) -> None:
    at = f"/csv_batches/{batch}"
    api.post(f"{at}/try", {"rows": 2}, 202)
    api.run(batch)
    api.post(f"{at}/pause", {}, 202)
    api.post(f"{at}/resume", {}, 202)
    api.patch(at, {"concurrency": 3})
    api.post(f"{at}/cancel", {"calls": "abort"}, 202)
    api.export(batch, partial=1)
    succeed(batch)
    api.patch(f"{at}/rows/1", {"corrected_payload": {"topic": "y", "score": 2}})
    api.post(f"{at}/retry", {"force": True, "row_indexes": [0, 2]}, 202)
    api.delete(at)
    verbs = ["try", "start", "pause", "resume", "change", "cancel", "export", "correct", "retry", "delete"]
    assert acts("csv_batch") == [("ann", "api", verb) for verb in verbs]
    details = dict(AuditEntry.objects.filter(object_kind="csv_batch").values_list("action", "detail"))
    assert details["try"] == {"rows": 2, "first": 0}
    assert details["cancel"] == {"abort": True}
    assert details["change"] == {"settings": ["concurrency"]}
    assert details["export"] == {"format": "csv", "partial": True}
    assert details["correct"] == {"row": 1}
    assert details["retry"] == {"rows": 2, "force": True}
    entry = newest()
    assert (entry.object_id, entry.object_name, entry.address) == (batch, "batch", "127.0.0.1")
    assert timezone.now() - entry.at < timedelta(minutes=1)


def test_no_entry_has_contents(api: Api) -> None:
    secrets = ["cell-4711", "prompt-4711", "answer-4711"]
    agent = {"key": "a", "prompt": secrets[1], "is_default": True}
    network = api.network(None, agents=[agent])
    batch = api.ready(network, [["0", secrets[0]]], prompt_template=f"{secrets[1]} {{{{ row.text }}}}")
    api.run(batch)
    succeed(batch)
    api.patch(f"/csv_batches/{batch}/rows/0", {"corrected_payload": {"topic": secrets[2], "score": 1}})
    written = str(list(AuditEntry.objects.values()))
    assert "correct" in written
    assert not [secret for secret in secrets if secret in written]


def test_what_was_refused_is_no_act(api: Api, batch: str) -> None:
    before = acts()
    api.post(f"/csv_batches/{batch}/pause", {}, 409)
    api.post(f"/csv_batches/{batch}/cancel", {}, 409)
    api.patch(f"/csv_batches/{batch}/rows/0", {"corrected_payload": {"topic": "y", "score": 2}}, 409)
    api.get(f"/csv_batches/{batch}/export", 409)
    Api.as_user("bob").delete(f"/csv_batches/{batch}", 404)
    assert acts() == before


def test_the_history_is_read_by_the_owner_and_by_staff(api: Api) -> None:
    bob = Api.as_user("bob")
    batch = bob.ready(api.network(None, users_may_update_schema=True), numbered(1))
    bob.run(batch)
    api.post(f"/csv_batches/{batch}/pause", {}, 202)
    Queue.objects.filter(pk=batch).update(pause_until=timezone.now())
    for reader in (bob, api):
        found = reader.get(f"/csv_batches/{batch}/history")
        assert (found["next"], found["previous"]) == (None, None)
        assert [(one["user"], one["action"], one["detail"]) for one in found["results"]] == [
            ("ann", "pause", {"reason": "user"}),
            ("bob", "start", {}),
        ]
        assert all(
            set(one) == {"at", "user", "action", "detail"} and one["at"].endswith("Z") for one in found["results"]
        )
    Api.as_user("eve").get(f"/csv_batches/{batch}/history", 404)
    page = bob.get(f"/csv_batches/{batch}/history", limit=1)
    rest = bob.get(page["next"].partition("/api")[2])
    assert [one["action"] for one in page["results"] + rest["results"]] == ["pause", "start"]


def test_an_experiment_has_one_too(api: Api) -> None:
    network = api.network(None)
    experiment = api.post("/experiments", {"name": "e", "network": network})["id"]
    item = {"user_message": "hello", "expected": "x"}
    api.post(f"/experiments/{experiment}/items", item)
    api.post(f"/experiments/{experiment}/run", {}, 202)
    (entry,) = api.get(f"/experiments/{experiment}/history")["results"]
    assert (entry["user"], entry["action"]) == ("ann", "start")

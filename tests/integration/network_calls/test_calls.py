"""One call of a network: what is sent, what is kept of the answer, and in words what it was taken for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from django_q.models import OrmQ

from experiments.core.errors import Conflict, InvalidInput
from experiments.models import NetworkCall, Run
from experiments.services import network_calls
from experiments.worker import shutdown
from experiments.worker.network_calls import KEPT_BODY, perform
from tests.integration.network_calls.support import JUDGED, asked, called, remote
from tests.integration.web.network.support import AGENTS
from tests.support.run_server import RunServer

pytestmark = pytest.mark.django_db


def test_what_is_sent_is_what_a_row_would_send(run_server: RunServer) -> None:
    network = remote(run_server, version=3, max_steps=7, additional_data=JUDGED, agents=AGENTS)
    called(network, system_params={"a": {"b": "c"}}, agent_key="writer", debug=True)
    sent = run_server.ledger()[0]
    assert sent["authorization"] == "Bearer a-token-of-the-network"
    body = sent["body"]
    assert (body["network"], body["agent_key"], body["user_message"]) == ("remote", "writer", "hello")
    assert (body["system_params"], body["debug"], body["version"], body["max_steps"]) == ({"a": {"b": "c"}}, True, 3, 7)
    assert body["respond_payload_schema"] == JUDGED["respond_payload_schema"]


def test_a_run_is_stored_for_the_one_who_asked(run_server: RunServer) -> None:
    call = called(remote(run_server, additional_data=JUDGED))
    assert (call.state, call.error_code, call.http_status) == ("done", "", 200)
    run = Run.objects.get(trace_id=call.trace_id)
    assert (run.owner.username, run.status, run.item_id, run.usage["total_tokens"]) == ("ann", "ok", None, 15)
    assert run.request["user_message"] == "hello"
    assert "respond_payload_schema" not in run.request
    assert "The run succeeded: its answer is an object (mood) and satisfies the network's schema." in call.understood


@pytest.mark.parametrize(
    ("behaviour", "code", "status", "words"),
    [
        ({"do": "status", "status": 401, "text": "no"}, "unauthorized", 401, "After 5 such failures in a row"),
        ({"do": "status", "status": 422, "json": {"detail": "no such agent"}}, "rejected", 422, "no such agent"),
        ({"do": "status", "status": 422, "json": {}}, "rejected", 422, "A batch would fail this row at once."),
        ({"do": "status", "status": 503, "text": "busy"}, "server_error", 503, "would call this row again later"),
        (
            {"do": "status", "status": 429, "headers": {"Retry-After": "7"}},
            "rate_limited",
            429,
            "would hold the network, then call this row again",
        ),
        ("html200", "bad_response", 200, "isn’t JSON"),
        ("redirect", "bad_response", 307, "redirects are not followed"),
        ("reset", "connection", None, "No HTTP answer came."),
        ("hang", "timeout", None, "No complete answer within 1 s."),
        ({"do": "ok", "payload": {"other": 1}}, "schema_mismatch", 200, "mood"),
        ({"do": "ok", "final": {"status": "error", "error": "broke"}}, "run_error", 200, "broke"),
    ],
    ids=str,
)
def test_every_failure_is_kept_and_said_and_never_repeated(
    run_server: RunServer, behaviour: Any, code: str, status: int | None, words: str
) -> None:
    run_server.always(behaviour)
    call = called(remote(run_server, additional_data=JUDGED, timeout_s=1))
    assert (call.state, call.error_code, call.http_status) == ("done", code, status)
    assert words in " ".join(call.understood)
    assert len(run_server.ledger(bodies=False)) == 1


def test_the_raw_answer_is_kept_with_the_headers_that_matter(run_server: RunServer) -> None:
    headers = {"Retry-After": "7", "X-Whatever": "x", "Content-Type": "text/plain"}
    run_server.always({"do": "status", "status": 503, "text": "busy " * 30_000, "headers": headers})
    call = called(remote(run_server))
    kept = {name.lower(): value for name, value in call.headers}
    assert (kept["retry-after"], kept["content-type"]) == ("7", "text/plain")
    assert "x-whatever" not in kept
    assert call.body.startswith("busy busy")
    assert len(call.body) <= KEPT_BODY


def test_what_a_remote_leaves_out_or_calls_otherwise_is_said(run_server: RunServer) -> None:
    run_server.script(answer_key="response", default={"do": "ok", "extra": {"trace_id": None, "execution_log": []}})
    call = called(remote(run_server))
    said = " ".join(call.understood)
    assert "“final.response”" in said
    assert "no trace id" in said
    assert "no steps" in said
    assert Run.objects.get().trace_id == call.trace_id


def test_a_trace_id_that_another_run_has_gets_an_addition(run_server: RunServer) -> None:
    run_server.always({"do": "ok", "extra": {"trace_id": "always-the-same"}})
    network = remote(run_server)
    Run.objects.create(trace_id="always-the-same", network=network, owner=asked(network).owner)
    Run.objects.update(created_at=timezone.now() - timedelta(hours=1))
    call = called(network)
    assert call.trace_id.startswith("always-the-same~")
    assert Run.objects.filter(trace_id=call.trace_id).exists()


def test_a_run_that_our_own_runtime_recorded_for_the_call_is_the_call_s(run_server: RunServer) -> None:
    run_server.always({"do": "ok", "extra": {"trace_id": "recorded"}})
    call = asked(remote(run_server))
    Run.objects.create(trace_id="recorded", network=call.network, owner=call.owner)
    perform(call.pk)
    call.refresh_from_db()
    assert call.trace_id == "recorded"
    assert Run.objects.count() == 1


def test_a_second_delivery_calls_nobody(run_server: RunServer) -> None:
    call = called(remote(run_server))
    perform(call.pk)
    assert len(run_server.ledger(bodies=False)) == 1


def test_an_agent_that_is_not_there_and_reserved_params_are_refused(run_server: RunServer) -> None:
    network = remote(run_server, agents=AGENTS)
    for values, attr in (({"agent_key": "x"}, "agent_key"), ({"system_params": {"network": "x"}}, "system_params")):
        with pytest.raises(InvalidInput) as refused:
            asked(network, **values)
        assert refused.value.attr == attr


def test_nobody_has_many_calls_open(run_server: RunServer) -> None:
    network = remote(run_server)
    for _ in range(network_calls.MOST_OPEN):
        asked(network)
    with pytest.raises(Conflict):
        asked(network)
    asked(network, "bob")


def test_a_call_whose_task_was_lost_is_sent_again(run_server: RunServer) -> None:
    call = asked(remote(run_server))
    OrmQ.objects.all().delete()
    network_calls.sweep()
    assert not OrmQ.objects.exists()
    NetworkCall.objects.update(enqueued_at=timezone.now() - timedelta(minutes=5))
    for _ in range(2):
        network_calls.sweep()
        assert [task.task["args"] for task in OrmQ.objects.all()] == [(str(call.pk),)]


def test_a_call_whose_worker_died_is_over_and_is_not_repeated(run_server: RunServer) -> None:
    call = asked(remote(run_server))
    NetworkCall.objects.update(state="calling", beat=timezone.now() - timedelta(minutes=5))
    network_calls.sweep()
    call.refresh_from_db()
    assert (call.state, call.error_code) == ("done", "crashed")
    perform(call.pk)
    assert run_server.ledger(bodies=False) == []


def test_a_call_that_is_alive_is_left_alone(run_server: RunServer) -> None:
    call = asked(remote(run_server))
    NetworkCall.objects.update(state="calling", beat=timezone.now())
    network_calls.sweep()
    call.refresh_from_db()
    assert call.state == "calling"


def test_a_worker_whose_clock_is_ahead_leaves_the_call_of_another_alone(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = asked(remote(run_server))
    NetworkCall.objects.update(state="calling", beat=Now())
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(minutes=10))
    network_calls.sweep()
    call.refresh_from_db()
    assert call.state == "calling"


def test_a_worker_that_stops_gives_the_call_back(run_server: RunServer, settings: Any, monkeypatch: Any) -> None:
    settings.WORKER_GRACE_S = 0.3
    run_server.always("hang")
    call = asked(remote(run_server))
    OrmQ.objects.all().delete()
    monkeypatch.setattr(shutdown, "stopping", lambda: True)
    perform(call.pk)
    call.refresh_from_db()
    assert (call.state, call.lease_id) == ("waiting", None)
    assert OrmQ.objects.count() == 1


def test_what_came_back_is_forgotten_after_a_week_and_its_run_stays(run_server: RunServer) -> None:
    old, new = called(remote(run_server)), called(remote(run_server, name="other"))
    NetworkCall.objects.filter(pk=old.pk).update(ended_at=timezone.now() - timedelta(days=8))
    network_calls.tidy()
    assert list(NetworkCall.objects.all()) == [new]
    assert Run.objects.count() == 2

"""Batches that share a network do not disturb each other."""

from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

MOOD = {"name": "mood", "description": "", "type": "string", "required": True, "choices": ["good", "bad"]}


def test_each_row_is_validated_against_its_own_batch_s_schema(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(latency_ms=20)
    network = api.network(run_server)
    topics = api.ready(network, numbered(60), concurrency=4)
    moods = api.ready(network, numbered(60), concurrency=4, response_fields=[MOOD])
    api.run(topics)
    api.run(moods)
    for batch, fields in ((topics, {"topic", "score"}), (moods, {"mood"})):
        assert api.wait(batch)["progress"]["succeeded"] == 60
        assert all(set(row["result_payload"]) == fields for row in api.rows(batch))
    sent = {call["body"]["experiment_id"]: call["body"]["respond_payload_schema"] for call in run_server.ledger()}
    assert set(sent[topics]["properties"]) == {"topic", "score"}
    assert set(sent[moods]["properties"]) == {"mood"}


def test_they_run_at_the_same_time(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("")
    network = api.network(run_server)
    batches = [api.ready(network, numbered(5)) for _ in range(2)]
    for batch in batches:
        api.run(batch)
    run_server.wait(held=2)
    run_server.release()
    assert all(api.wait(batch)["status"] == "completed" for batch in batches)


def test_more_batches_than_workers_take_turns(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(latency_ms=20)
    network = api.network(run_server)
    batches = [api.ready(network, numbered(400 if number < 3 else 5)) for number in range(5)]
    for batch in batches:
        api.run(batch)
    # The small ones do not wait until the big ones are done.
    assert all(api.wait(batch)["status"] == "completed" for batch in batches[3:])
    assert any(api.batch(batch)["status"] == "running" for batch in batches[:3])
    for batch in batches[:3]:
        api.post(f"/csv_batches/{batch}/cancel", want=202)

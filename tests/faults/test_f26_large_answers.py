"""F26: many large answers at once, and one that the database refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from experiments.models import Run
from tests.faults.support import StartWorker, assert_whole, repeated_calls, seen
from tests.faults.watch import MemoryWatch
from tests.support.api import TOPIC, Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

WIDTH = 64
SIZE = 5_200_000
"""Characters of an answer, with what is around them just under the 5 MiB that are read."""
MOST_MB = 300
TOO_LARGE, NOT_A_VALUE, OUT_OF_RANGE = "54000", "22P02", "22003"


def answered_at_once(api: Api, run_server: RunServer, worker: Worker, batch: str) -> MemoryWatch:
    """All calls are in flight, then all answers leave at the same moment. The memory until all are recorded."""
    with MemoryWatch(worker) as memory:
        api.run(batch)
        run_server.wait(held=WIDTH)
        run_server.release()
        api.wait(batch, timeout_s=150)
    return memory


def assert_within_memory(memory: MemoryWatch) -> None:
    seen(f"{WIDTH} answers of {SIZE:,} bytes: at most {memory.most_mb:.0f} MB in a process (allowed {MOST_MB})")
    assert memory.most_mb <= MOST_MB


def test_large_logs_are_all_recorded(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.script(default={"do": "big", "size": SIZE}, hold="")
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(WIDTH), concurrency=WIDTH)
    memory = answered_at_once(api, run_server, worker, batch)
    assert_whole(api, run_server, batch, rows=WIDTH, repeated=0)
    assert stored_sizes("execution_log") >= [SIZE] * WIDTH
    assert_within_memory(memory)


def test_large_payloads_are_all_recorded(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.script(default={"do": "big_payload", "size": SIZE}, hold="")
    network = api.network(run_server, timeout_s=120)
    batch = api.ready(network, numbered(WIDTH), concurrency=WIDTH, response_fields=[TOPIC])
    memory = answered_at_once(api, run_server, worker, batch)
    progress = api.batch(batch)["progress"]
    assert (progress["succeeded"], progress["failed"]) == (WIDTH, 0)
    assert repeated_calls(run_server) == []
    row = api.get(f"/csv_batches/{batch}/rows/{WIDTH - 1}")
    assert len(row["result_payload"]["topic"]) == SIZE
    assert row["attempts"] == 1
    assert stored_sizes("final") >= [SIZE] * WIDTH
    assert_within_memory(memory)


@pytest.mark.parametrize("sqlstate", [TOO_LARGE, NOT_A_VALUE, OUT_OF_RANGE])
def test_an_answer_that_the_database_refuses_fails_its_row_alone(
    api: Api, run_server: RunServer, start_worker: StartWorker, sqlstate: str
) -> None:
    refused = {"do": "ok", "payload": {"topic": "a value that is refused", "score": 1}}
    run_server.script(rules=[{"match": "^row 7$", "attempts": [refused], "repeat": True}])
    start_worker()
    with refusing(Run._meta.db_table, "a value that is refused", sqlstate):
        batch = api.ready(api.network(run_server), numbered(40), concurrency=16)
        api.run(batch)
        # The same answer would be refused again: its row is called once like the others.
        assert_whole(api, run_server, batch, rows=40, failed=1, repeated=0, timeout_s=30)
    (row,) = api.rows(batch, status="failed")
    assert (row["row_index"], row["attempts"]) == (7, 1)
    assert row["error_code"]
    assert row["error_message"], "it says why"


def test_one_that_it_takes_on_beside_one_that_it_refuses_is_not_called_again(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """All come at the same moment, so that they are written together."""
    refused = {"do": "ok", "payload": {"topic": "a value that is refused", "score": 1}}
    run_server.script(hold="", rules=[{"match": "^row [05]$", "attempts": [refused], "repeat": True}])
    start_worker()
    with refusing(Run._meta.db_table, "a value that is refused", TOO_LARGE):
        batch = api.ready(api.network(run_server), numbered(16), concurrency=16)
        api.run(batch)
        run_server.wait(held=16)
        run_server.release()
        assert_whole(api, run_server, batch, rows=16, failed=2, repeated=0, timeout_s=30)
    assert [row["row_index"] for row in api.rows(batch, status="failed")] == [0, 5]


def stored_sizes(column: str) -> list[int]:
    """Characters of that column of each run, the smallest first."""
    table = Run._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT length({column}::text) AS size FROM {table} ORDER BY size")
        return [size for (size,) in cursor.fetchall()]


@contextmanager
def refusing(table: str, text: str, sqlstate: str) -> Iterator[None]:
    """No line that contains `text` comes into the table: an error with that code, each time."""
    made = (
        f"""CREATE FUNCTION refusal() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW::text LIKE '%{text}%' THEN
                RAISE EXCEPTION 'this value cannot be stored' USING ERRCODE = '{sqlstate}';
            END IF;
            RETURN NEW;
        END $$""",
        f"CREATE TRIGGER refusal BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refusal()",
    )
    execute(*made)
    try:
        yield
    finally:
        execute(f"DROP TRIGGER refusal ON {table}", "DROP FUNCTION refusal()")


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

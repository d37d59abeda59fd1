"""F14: writing a result fails once, of each kind of error that a database has for that."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

DISK_FULL, SERIALIZATION, CANCELLED, INTERNAL, RAISED = "53100", "40001", "57014", "XX000", "P0001"
ERRORS = (DISK_FULL, SERIALIZATION, CANCELLED, INTERNAL, RAISED)


def test_the_row_is_neither_lost_nor_marked_as_done(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    batch = api.ready(api.network(run_server), numbered(12))
    with failing_every_second_time("experiments_attempt", ERRORS) as writes:
        start_worker()
        api.run(batch)
        assert_whole(api, run_server, batch, rows=12, repeated=len(ERRORS))
        assert writes() >= 2 * len(ERRORS), "each of them came, and was got over"


@contextmanager
def failing_every_second_time(table: str, sqlstates: tuple[str, ...]) -> Iterator[object]:
    """The first, third, … insert into the table fails; a sequence is not rolled back and so remembers how many."""
    cases = " ".join(f"WHEN {2 * number + 1} THEN '{state}'" for number, state in enumerate(sqlstates))
    made = (
        "CREATE SEQUENCE fault_count",
        f"""CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE state text := CASE nextval('fault_count') {cases} END;
        BEGIN
            IF state IS NOT NULL THEN RAISE EXCEPTION 'the fault that was asked for' USING ERRCODE = state; END IF;
            RETURN NULL;
        END $$""",
        f"CREATE TRIGGER fault AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fault()",
    )
    _execute(*made)
    try:
        yield lambda: _execute("SELECT last_value FROM fault_count")
    finally:
        _execute(f"DROP TRIGGER fault ON {table}", "DROP FUNCTION fault()", "DROP SEQUENCE fault_count")


def _execute(*statements: str) -> int:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return int(cursor.fetchone()[0]) if cursor.description else 0

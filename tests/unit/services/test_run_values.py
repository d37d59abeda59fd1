"""What a run keeps of a call."""

from experiments.models import Run
from experiments.run_client import RunReply
from experiments.services.run_values import COLUMNS, run_values


def test_all_of_it_are_columns() -> None:
    assert set(COLUMNS) <= {field.name for field in Run._meta.concrete_fields}


def test_no_column_is_forgotten() -> None:
    which = {"id", "trace_id", "network", "owner", "item", "created_at"}
    assert {field.name for field in Run._meta.concrete_fields} - which == set(COLUMNS)


def test_the_schema_is_left_out_of_the_request() -> None:
    request = {"user_message": "hello", "agent_key": None, "respond_payload_schema": {"type": "object"}}
    values = run_values(request, RunReply(), status="ok")
    assert values["request"] == {"user_message": "hello", "agent_key": None}
    assert values["agent_key"] == ""


def test_the_runtime_says_how_long_it_took() -> None:
    assert run_values({}, RunReply(run_duration_ms=0, elapsed_ms=7), status="ok")["duration_ms"] == 0


def test_a_runtime_that_does_not_say_so_is_timed() -> None:
    assert run_values({}, RunReply(elapsed_ms=7), status="ok")["duration_ms"] == 7

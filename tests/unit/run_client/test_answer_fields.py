"""Fields of an answer may be missing or wrong; what is kept can be stored."""

import json
from typing import Any

import pytest

from experiments.run_client.answer import read_answer
from experiments.run_client.transport import Received
from experiments.run_client.values import RunReply, RunTarget

TARGET = RunTarget(url="http://x/run", authorization=None, timeout_s=1)
FINAL = '"final": {"status": "ok", "response_payload": {"a": 1}}'
ODD: list[Any] = [None, True, -1, 1.5, 10**400, "", "text", [], [1], {}, {"a": [None]}]
FIELDS = [
    *("trace_id", "graph_version_id", "model", "run_duration_ms", "execution_log", "step_events"),
    *("llm_usage_totals", "debug", "unknown"),
]


def read(text: str, status: int = 200) -> RunReply:
    return read_answer(Received(status, {}, text.encode("utf-8", "surrogatepass"), False), TARGET)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
def test_a_field_of_any_type_does_no_harm(field: str, value: Any) -> None:
    reply = read(f'{{{FINAL}, "{field}": {json.dumps(value)}}}')
    assert (reply.error_code, reply.payload) == (None, {"a": 1})
    assert isinstance(reply.execution_log, list)
    assert isinstance(reply.step_events, list)
    assert isinstance(reply.usage, dict)
    assert reply.trace_id is None or isinstance(reply.trace_id, str)
    assert reply.run_duration_ms is None or 0 <= reply.run_duration_ms < 2**31


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("template", ['{"final": %s}', '{"final": {"status": "ok", "response_payload": %s}}', "%s"])
def test_a_wrong_type_on_the_way_to_the_payload_is_a_bad_response(template: str, value: Any) -> None:
    reply = read(template % json.dumps(value))
    if "payload" in template and isinstance(value, dict):
        assert reply.payload == value
    else:
        assert (reply.error_code, reply.transient) == ("bad_response", False)


def test_a_missing_status_counts_as_ok() -> None:
    assert read('{"final": {"response_payload": {"a": 1}}}').payload == {"a": 1}


@pytest.mark.parametrize("status", ['"retry"', '"error"', '"not_implemented"', '"OK"', "false", "0", "[]", "NaN"])
def test_any_other_status_is_a_run_error(status: str) -> None:
    reply = read(f'{{"trace_id": "t", "final": {{"status": {status}, "error": "the tool broke"}}}}')
    assert (reply.error_code, reply.message, reply.transient) == ("run_error", "the tool broke", False)
    assert reply.trace_id == "t"


@pytest.mark.parametrize("error", ['{"a": 1}', "[[7]]", "42"])
def test_an_error_of_no_known_shape_is_shown_as_it_came(error: str) -> None:
    assert read(f'{{"final": {{"status": "error", "error": {error}}}}}').message == error


def test_a_run_error_without_words_names_the_status() -> None:
    assert "'retry'" in read('{"final": {"status": "retry", "error": null}}').message


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        *(('"a/b.c..d"', "a/b.c..d"), ("17", "17"), ('" x "', "x")),
        *(('"a\\nb"', None), ('"a\\u0000"', None), ("{}", None)),
        *(('".."', None), ('"."', None), ('"a/../b"', None), ('"a/..."', "a/...")),
    ],
)
def test_an_odd_trace_id_is_kept_where_it_can_stand_in_an_address(sent: str, kept: str | None) -> None:
    assert read(f'{{"trace_id": {sent}, {FINAL}}}').trace_id == kept


def test_what_cannot_be_stored_is_cleaned_outside_the_payload() -> None:
    log = '[{"a": NaN, "b": 1e999, "c": "x\\u0000y", "d": "\\ud83d", "e": 1, "e": 2, "f\\u0000": 9}]'
    reply = read(f'{{"execution_log": {log}, "debug": {log}, {FINAL}}}')
    assert reply.payload == {"a": 1}
    assert reply.execution_log == [{"a": "NaN", "b": "1e999", "c": "x\ufffdy", "d": "\ufffd", "e": 2, "f\ufffd": 9}]
    assert reply.debug == reply.execution_log
    json.dumps(reply.execution_log, allow_nan=False).encode("utf-8")


def test_a_log_that_is_nested_too_deeply_is_cut_and_the_answer_kept() -> None:
    reply = read(f'{{"execution_log": {"[" * 300 + "]" * 300}, {FINAL}}}')
    assert reply.payload == {"a": 1}
    assert "too deeply" in json.dumps(reply.execution_log)


def test_a_bad_payload_is_named_with_its_place_and_the_record_kept() -> None:
    reply = read('{"trace_id": "t", "final": {"response_payload": {"list": [{"score": NaN}]}}}')
    assert "the payload.list[0].score is NaN" in reply.message
    assert (reply.trace_id, reply.payload) == ("t", None)


@pytest.mark.parametrize(
    "text",
    [
        '{"final": {"response_payload": {"a": 1}}, "final": {"response_payload": {"a": 2}}}',
        '{"final": {"response_payload": {"a": 1}, "response_payload": {"a": 2}}}',
    ],
)
def test_two_answers_in_one_are_none(text: str) -> None:
    assert read(text).error_code == "bad_response"


def test_ordinary_unicode_and_numbers_pass_unchanged() -> None:
    payload = {"a": "Grüße 🙂 \u2028", "b": 0.1, "c": -7, "d": 12345678901234567890, "e": [None, True], "": {}}
    text = json.dumps({"final": {"status": "ok", "response_payload": payload}})
    assert read(text).payload == payload


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"total_tokens": 7, "prompt_tokens": 1}, 7),
        ({"prompt_tokens": 3, "response_tokens": 4}, 7),
        ({"prompt_tokens": 3, "completion_tokens": 4}, 7),
        ({"total_tokens": "many"}, 0),
        ({"total_tokens": -1}, 0),
        ({"total_tokens": 10**30}, 0),
        ({}, 0),
    ],
)
def test_tokens_are_a_number_that_can_be_added(usage: dict[str, Any], tokens: int) -> None:
    assert RunReply(usage=usage).tokens == tokens

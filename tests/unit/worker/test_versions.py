"""What the version of an answer and of a network is, in whichever way a runtime tells it."""

from typing import Any

import pytest

from experiments.run_client import RunReply
from experiments.run_client.config_api import published_version, version_of
from experiments.worker.remote_runs import refuse_other_version


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("1:5", 5),
        ("5", 5),
        ("net:12:7", 7),
        (" 1:5 ", 5),
        (5, 5),
        (None, None),
        ("", None),
        ("1:", None),
        ("draft", None),
        ("1:5a", None),
        ("1:-5", None),
        ("1:٥", None),
        ("1:" + "9" * 5000, None),
    ],
)
def test_the_version_stands_behind_the_last_colon(told: object, version: int | None) -> None:
    assert version_of(told) == version


@pytest.mark.parametrize(
    ("network", "version"),
    [
        ({"current_version": 5}, 5),
        ({"current_version": {"id": 103, "version": 5}}, 5),
        ({"version": 5}, 5),
        ({"graph_version_id": "1:5"}, 5),
        ({"current_version": 6, "version": 5}, 6),
        ({"current_version_id": 103}, None),
        ({"current_version": "five", "version": True}, None),
        ({}, None),
    ],
)
def test_a_network_tells_its_published_version(network: dict[str, Any], version: int | None) -> None:
    assert published_version(network) == version


@pytest.mark.parametrize(("pinned", "told"), [(None, "1:6"), (5, "1:5"), (5, None), (5, "draft")])
def test_an_answer_by_the_right_version_is_left_as_it_is(pinned: int | None, told: str | None) -> None:
    reply = RunReply(payload={"a": 1}, graph_version_id=told)
    assert refuse_other_version(reply, pinned) is reply


@pytest.mark.parametrize("error_code", [None, "run_error"])
def test_an_answer_by_another_is_not_taken_whatever_it_says(error_code: str | None) -> None:
    reply = RunReply(payload={"a": 1}, error_code=error_code, graph_version_id="1:6", trace_id="t")
    held = refuse_other_version(reply, 5)
    assert (held.error_code, held.reason, held.payload, held.trace_id) == ("bad_response", "version", None, "t")
    assert "version 6" in held.message
    assert "version 5" in held.message

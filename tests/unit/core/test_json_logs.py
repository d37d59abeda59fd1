"""A log line of production is one JSON object with ids, and quotes nothing of the data."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from experiments.core import log_ids
from experiments.core.json_logs import JsonLogs

CANARY = "CANARYcell"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    log_ids.begin()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLogs())
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True
    log_ids.begin()


logger = logging.getLogger("tests.json_logs")
logger.setLevel(logging.INFO)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_line_with_its_ids(written: io.StringIO) -> None:
    with log_ids.within(queue="q1", lane=0):
        with log_ids.within(item=7):
            logger.info("two\nlines of “%s”", "text", extra={"outcome": "succeeded", "elapsed_ms": 12})
        logger.info("between")
    logger.info("after")
    one, between, after = lines(written)
    assert one["message"] == "two\nlines of “text”"
    assert (one["level"], one["logger"]) == ("INFO", "tests.json_logs")
    assert (one["queue"], one["lane"], one["item"]) == ("q1", 0, 7)
    assert (one["outcome"], one["elapsed_ms"]) == ("succeeded", 12)
    assert one["time"].endswith("+00:00")
    assert "item" not in between
    assert "queue" not in after


def test_what_others_add_to_a_record_is_left_out(written: io.StringIO) -> None:
    logger.info("Not found", extra={"request": object(), "body": CANARY, "sql": CANARY})
    assert CANARY not in written.getvalue()
    assert "request" not in lines(written)[0]


def test_an_exception_says_where_and_what_and_not_its_words(written: io.StringIO) -> None:
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise LookupError(CANARY) from error
    except LookupError:
        logger.exception("the engine failed")
    (line,) = lines(written)
    assert CANARY not in written.getvalue()
    assert "builtins.ValueError" in line["exception"]
    assert "builtins.LookupError" in line["exception"]
    assert "test_json_logs.py:" in line["exception"]


def test_one_of_the_system_says_what_it_is_and_not_of_which_file(written: io.StringIO) -> None:
    try:
        raise FileNotFoundError(2, "No such file or directory", CANARY)
    except OSError:
        logger.exception("away")
    assert "FileNotFoundError: No such file or directory" in lines(written)[0]["exception"]
    assert CANARY not in written.getvalue()


def test_of_one_of_the_database_there_is_the_first_line(written: io.StringIO) -> None:
    try:
        raise OperationalError(f"canceling statement due to statement timeout\nCONTEXT:  COPY t, line 3: {CANARY}")
    except OperationalError:
        logger.exception("away")
    assert "OperationalError: canceling statement due to statement timeout" in lines(written)[0]["exception"]
    assert CANARY not in written.getvalue()


def test_of_an_address_the_query_is_left_out(written: io.StringIO) -> None:
    logger.info('127.0.0.1 "GET /csv-batch/?search=%s HTTP/1.1"', CANARY)
    logger.info("Is it there? Nobody knows.")
    asked, question = lines(written)
    assert CANARY not in asked["message"]
    assert "/csv-batch/?…" in asked["message"]
    assert question["message"] == "Is it there? Nobody knows."

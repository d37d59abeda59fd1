"""A number of an answer is kept as it came, from the runtime to the export, or refused in words."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

NUMBER = {"name": "n", "type": "number", "required": False}
INTEGER = {"name": "i", "type": "integer", "required": False}
COUNT = 25
ODD = ["12345678901234567.89", "1e-400", "1e300", "0.1", "0.10", "-0.0", "274.00", "5e-324", "1.7976931348623157e308"]


def answering(*payloads: str) -> list[dict[str, Any]]:
    """Rules by which row n gets the payload n, as this very text."""
    head, tail = '{"trace_id":"%d","final":{"status":"ok","response_payload":', "}}"
    return [
        {"match": f"^row {n}$", "attempts": [{"do": "body_text", "text": head % n + payload + tail}], "repeat": True}
        for n, payload in enumerate(payloads)
    ]


def answered(api: Api, server: RunServer, *payloads: str, fields: list[dict[str, Any]]) -> str:
    server.script(rules=answering(*payloads))
    batch = api.ready(api.network(server), numbered(len(payloads)), response_fields=fields, concurrency=8)
    api.run(batch)
    api.wait(batch)
    return batch


def any_number(dice: random.Random) -> str:
    """As RFC 8259 writes numbers."""
    whole = dice.choice(["0", str(dice.randrange(1, 10 ** dice.randrange(1, 40)))])
    part = "." + "".join(dice.choices("0123456789", k=dice.randrange(1, 30))) if dice.random() < 0.7 else ""
    power = f"{dice.choice('eE')}{dice.choice(['', '+', '-'])}{dice.randrange(250)}" if dice.random() < 0.3 else ""
    return dice.choice(["", "-"]) + whole + part + power


def test_any_number_comes_out_of_the_export_as_it_went_in(api: Api, run_server: RunServer, worker: Worker) -> None:
    dice = random.Random(20)
    rows = [[*(any_number(dice) for _ in range(COUNT))] for _ in range(30)] + [ODD]
    payloads = ["{" + ",".join(f'"n{at}":{text}' for at, text in enumerate(row)) + "}" for row in rows]
    fields = [{**NUMBER, "name": f"n{at}"} for at in range(COUNT)]
    batch = answered(api, run_server, *payloads, fields=fields)
    lines = api.export(batch, format="jsonl").decode().splitlines()
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        response = json.loads(line, parse_float=Decimal, parse_int=Decimal)["response"]
        assert [response[f"n{at}"] for at in range(len(row))] == [Decimal(text) for text in row]
    cells = from_csv(api.export(batch, metadata=0))[1:]
    assert [[Decimal(cell) for cell in line[2:] if cell] for line in cells] == [[*map(Decimal, row)] for row in rows]


def test_it_stands_so_in_the_api_and_in_the_run(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = answered(api, run_server, '{"n": 12345678901234567.89}', fields=[NUMBER])
    for address in (f"/csv_batches/{batch}/rows/0", "/runs/0"):
        content = api.client.get(f"/api{address}").content
        assert b'"n":12345678901234567.89' in content.replace(b": ", b":")


def test_zeros_at_the_end_stay(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = answered(api, run_server, '{"n": 4.10}', '{"n": 4.1}', fields=[NUMBER])
    assert [line[2] for line in from_csv(api.export(batch, metadata=0))[1:]] == ["4.10", "4.1"]


def test_a_whole_number_is_exported_as_an_integer(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = answered(api, run_server, '{"i": 274.0}', '{"i": 274.00}', '{"i": 2e3}', '{"i": 7}', fields=[INTEGER])
    assert [line[2] for line in from_csv(api.export(batch, metadata=0))[1:]] == ["274", "274", "2000", "7"]
    lines = api.export(batch, format="jsonl").decode().splitlines()
    assert ['"i":274}' in lines[0], '"i":274}' in lines[1], '"i":2000}' in lines[2]] == [True] * 3


def test_in_a_number_field_it_is_as_it_came(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = answered(api, run_server, '{"n": 274.0}', fields=[NUMBER])
    assert from_csv(api.export(batch, metadata=0))[1][2] == "274.0"


@pytest.mark.parametrize("text", ["1e999", "-1e400", "1e-401", "0." + "1" * 4000])
def test_what_cannot_be_kept_is_refused_in_words(api: Api, run_server: RunServer, worker: Worker, text: str) -> None:
    batch = answered(api, run_server, f'{{"n": {text}}}', fields=[NUMBER])
    row = api.get(f"/csv_batches/{batch}/rows/0")
    assert (row["status"], row["error_code"]) == ("failed", "bad_response")
    assert "not a number that can be kept" in row["error_message"]


def test_part_of_an_integer_breaks_the_schema(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = answered(api, run_server, '{"i": 12345678901234567.89}', fields=[INTEGER])
    row = api.get(f"/csv_batches/{batch}/rows/0")
    assert (row["error_code"], row["status"]) == ("schema_mismatch", "failed")
    assert "12345678901234567.89, not a whole number" in row["error_message"]


def test_distributions_and_filters_take_it_exactly(api: Api, run_server: RunServer, worker: Worker) -> None:
    low, high = "12345678901234567.88", "12345678901234567.89"
    payloads = [f'{{"n": {low}}}', f'{{"n": {high}}}', '{"n": 0.10}']
    batch = answered(api, run_server, *payloads, fields=[NUMBER])
    content = api.client.get(f"/api/csv_batches/{batch}/results").content
    assert high.encode() in content

    def found(**query: str) -> list[int]:
        return [row["row_index"] for row in api.rows(batch, field="n", **query)]

    assert found(value=high) == [1]
    assert found(value="0.1") == found(value="0.100") == [2]
    assert found(least=high) == [1]
    assert found(below=high) == [0, 2]


def test_a_correction_keeps_it_too(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = answered(api, run_server, '{"n": 1}', fields=[NUMBER])
    body = '{"corrected_payload": {"n": 12345678901234567.89}}'
    address = f"/api/csv_batches/{batch}/rows/0"
    assert api.client.patch(address, body, content_type="application/json").status_code == 200
    assert from_csv(api.export(batch, metadata=0))[1][2] == "12345678901234567.89"
    refused = api.client.patch(address, body.replace("12345678901234567.89", "1e-401"), content_type="application/json")
    assert refused.status_code == 400
    assert "1e-401 cannot be kept" in refused.json()["errors"][0]["detail"]

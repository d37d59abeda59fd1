"""Invoices with line items, from somebody's JSON Schema to tables of items and to a score, by the API alone."""

import io
import json
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest

from tests.support import invoices
from tests.support.api import Api, from_csv, to_csv
from tests.support.invoices import ADA, ANSWERS, MENDED, line
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

FILE = to_csv([["id", "text"], *[[f"{n:03}", f"invoice {n}"] for n in range(len(ANSWERS))]])
CORRECTED = {
    **ANSWERS[1],
    "date": "2026-02-02",
    "tags": ["new", "late"],
    "lines": [line("A-1", 1, 7), line("E-5", 1, 3)],
}
FINAL = [{**ANSWERS[0], "tags": ["paid"]}, CORRECTED, {**ANSWERS[2], "tags": ["paid"]}, MENDED]


@pytest.fixture
def run(api: Api, run_server: RunServer, worker: Worker) -> Any:
    """Runs a batch of invoices with this schema to its end, and corrects three answers and one that was refused."""

    def made(schema: dict[str, Any]) -> str:
        run_server.script(**invoices.script())
        batch = api.draft(api.network(run_server), prompt_template="{{ row.text }}")
        read = api.post(f"/csv_batches/{batch}/schema", {"json_schema": schema}, 200)
        api.patch(f"/csv_batches/{batch}", {"response_fields": read["response_fields"]})
        api.upload(batch, FILE)
        api.run(batch)
        assert api.wait(batch)["status"] == "completed"
        return batch

    return made


def correct(api: Api, batch: str) -> None:
    api.post(f"/csv_batches/{batch}/rows/correct", {"row_indexes": [0, 2], "set": {"tags": ["paid"]}}, 200)
    api.patch(f"/csv_batches/{batch}/rows/1", {"corrected_payload": CORRECTED})
    api.patch(f"/csv_batches/{batch}/rows/3", {"corrected_payload": MENDED})


@pytest.mark.parametrize("schema", [invoices.PYDANTIC, invoices.ZOD], ids=["Pydantic", "Zod"])
def test_its_answers_are_checked_corrected_and_exported(api: Api, run: Any, schema: dict[str, Any]) -> None:
    batch = run(schema)
    rows = api.rows(batch)
    assert [row["result_payload"] for row in rows] == ANSWERS
    assert [row["error_code"] for row in rows] == [None, None, None, "schema_mismatch"]
    assert '"number"' in rows[3]["error_message"]
    correct(api, batch)
    assert [row["corrected_payload"] for row in api.rows(batch)] == FINAL
    refused = api.patch(f"/csv_batches/{batch}/rows/0", {"corrected_payload": ANSWERS[3]}, 400)
    assert refused["errors"][0]["code"] == "schema_mismatch"
    progress = api.batch(batch)["progress"]
    assert (progress["corrected"], progress["failed"], progress["failed_open"]) == (4, 1, 0)
    tables(api, batch)
    typed_files(api, batch)


def tables(api: Api, batch: str) -> None:
    def table(**query: Any) -> list[list[str]]:
        return from_csv(api.export(batch, metadata=0, **query))

    whole = table(nested="json")
    assert whole[0] == ["id", "text", "number", "date", "vendor", "tags", "lines"]
    assert [json.loads(cell) for cell in whole[2][4:]] == [CORRECTED[name] for name in ("vendor", "tags", "lines")]

    flat = table(nested="flat", join="; ")
    assert flat[0] == ["id", "text", "number", "date", "vendor.name", "vendor.email", "tags", "lines"]
    assert flat[1][4:7] == ["Ada & Söhne", "ada@example.org", "paid"]
    assert flat[2][4:7] == ["Bo", "", "new; late"]
    assert json.loads(flat[2][7]) == CORRECTED["lines"]
    # A null that was answered is told apart from what was not, where asked.
    assert [one[5] for one in table(nested="flat", null="NULL")[1:]] == ["ada@example.org", "", "NULL", ""]

    for query in ({"explode": "lines"}, {}):
        exploded = table(nested="explode", **query)
        items = ["item_index", "lines.sku", "lines.quantity", "lines.price"]
        assert exploded[0] == ["id", "text", "number", "date", "vendor.name", "vendor.email", "tags", *items]
        assert [one[:3] + one[7:] for one in exploded[1:]] == [
            [
                f"{row:03}",
                f"invoice {row}",
                answer["number"],
                str(place),
                one["sku"],
                str(one["quantity"]),
                str(one["price"]),
            ]
            for row, answer in enumerate(FINAL)
            for place, one in enumerate(answer["lines"])
        ]
    refused = api.get(f"/csv_batches/{batch}/export", 400, nested="explode", explode="tags")
    assert refused["errors"][0]["attr"] == "explode"


def typed_files(api: Api, batch: str) -> None:
    lines = api.export(batch, format="jsonl").decode().splitlines()
    assert [json.loads(one)["response"] for one in lines] == FINAL

    query = {"metadata": 0, "nested": "explode", "explode": "lines"}
    sheet = openpyxl.load_workbook(io.BytesIO(api.export(batch, format="xlsx", **query))).worksheets[0]
    cells = list(sheet.iter_rows(values_only=True))
    assert cells[0][7:] == ("item_index", "lines.sku", "lines.quantity", "lines.price")
    assert cells[1][0] == "000"
    assert str(cells[1][3]) == "2026-01-31 00:00:00"
    assert [one[7:] for one in cells[1:4]] == [(0, "A-1", 2, 9.5), (1, "B-2", 1, 20), (0, "A-1", 1, 7)]

    table = pyarrow.parquet.read_table(io.BytesIO(api.export(batch, format="parquet", metadata=0)))
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["id"], types["date"], types["tags"]) == ("string", "date32[day]", "list<element: string>")
    read = table.to_pylist()
    assert [one["tags"] for one in read] == [answer["tags"] for answer in FINAL]
    assert [str(one["date"]) for one in read] == [answer["date"] for answer in FINAL]
    exploded = pyarrow.parquet.read_table(io.BytesIO(api.export(batch, format="parquet", **query)))
    assert [str(exploded.schema.field(f"lines.{name}").type) for name in ("sku", "quantity", "price")] == [
        "string",
        "int64",
        "double",
    ]
    assert exploded.num_rows == sum(len(answer["lines"]) for answer in FINAL)


def test_items_are_counted_and_found(api: Api, run: Any) -> None:
    batch = run(invoices.PYDANTIC)
    correct(api, batch)
    fields = {one["name"]: one for one in api.get(f"/csv_batches/{batch}/results")["fields"]}
    assert list(fields) == [
        *("number", "date", "vendor.name", "vendor.email", "tags", "lines"),
        *("lines.sku", "lines.quantity", "lines.price"),
    ]
    counts = {one["value"]: one["count"] for one in fields["lines.sku"]["values"]}
    # Of invoices: B-2 stands in the first and in that which was refused and corrected.
    assert counts == {"A-1": 2, "B-2": 2, "C-3": 1, "D-4": 1, "E-5": 1}
    for sku, count in counts.items():
        assert len(api.rows(batch, field="lines.sku", value=sku)) == count
    assert [row["row_index"] for row in api.rows(batch, field="lines.sku", value="B-2")] == [0, 3]
    exported = from_csv(api.export(batch, metadata=0, field="lines.sku", value="B-2", columns="id"))
    assert exported == [["id"], ["000"], ["003"]]
    assert [row["row_index"] for row in api.rows(batch, field="date", least="2026-03")] == [2, 3]


def test_an_experiment_of_it_is_scored_by_its_items_and_its_date(api: Api, run: Any, run_server: RunServer) -> None:
    batch = run(invoices.PYDANTIC)
    correct(api, batch)
    made = api.post(f"/csv_batches/{batch}/experiment")["id"]
    api.post(f"/experiments/{made}/run", want=202)
    eventually(lambda: api.get(f"/experiments/{made}")["status"] == "completed", what="the experiment")

    def verdicts(rule: str, field: str) -> list[str]:
        score = api.patch(f"/experiments/{made}/score", {"scoring": {"rule": rule, "field": field}})
        found = [row["verdict"] for row in api.get(f"/experiments/{made}/rows")["results"]]
        assert {name: score["total"][name] for name in ("right", "wrong", "no_answer")} == {
            name: found.count(name) for name in ("right", "wrong", "no_answer")
        }
        return found

    # The network answers as before; expected is what a person made of it.
    assert verdicts("set", "lines.sku") == ["right", "wrong", "right", "no_answer"]
    assert verdicts("date", "date") == ["right", "wrong", "right", "no_answer"]
    assert verdicts("set", "tags") == ["wrong", "wrong", "wrong", "no_answer"]
    assert verdicts("json", "vendor") == ["right", "right", "right", "no_answer"]
    assert ADA["name"] in api.get(f"/experiments/{made}/rows")["results"][0]["row_payload"]["expected"]

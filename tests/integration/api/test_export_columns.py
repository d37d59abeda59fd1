"""The columns of an export: those of the file as they are, the response fields, what is known of the run."""

import json

from csv_batches.models import CsvBatchRow
from tests.integration.api.support import Draft, finish
from tests.support.api import Api, from_csv

RUN = [
    *("run_trace_id", "status", "elapsed_ms", "attempts", "error_code", "error_message", "row_index", "corrected"),
    *("input_tokens", "output_tokens", "cost", "version"),
]
FIELDS = [
    {"name": "status", "type": "string"},
    {"name": "text", "type": "string"},
    {"name": "good", "type": "boolean", "required": False},
    {"name": "n", "type": "number", "required": False},
]


def batch_of(api: Api, content: bytes, **values: object) -> Draft:
    batch = Draft(api, api.draft(api.network(None)))
    api.upload(batch.id, content)
    api.patch(batch.path, {"prompt_template": "x", "response_fields": FIELDS, **values})
    api.run(batch.id)
    return batch


def test_taken_names_get_a_prefix(api: Api) -> None:
    batch = batch_of(api, b"id,text,text,row_index\n1,a,b,9\n")
    finish(batch.id, {0: {"status": "s", "text": "t"}})
    head = from_csv(api.export(batch.id))[0]
    assert head[:4] == ["id", "text", "text", "row_index"]
    assert head[4:8] == ["status", "response.text", "good", "n"]
    assert head[8:] == ["run_trace_id", "run.status", *RUN[2:6], "run.row_index", *RUN[7:]]


def test_headers_and_cells_come_back_to_the_byte(api: Api) -> None:
    content = b'a,"a", b ,,"q""q"\r\n007,1e5, x ,=1+1,"two\r\nlines"\r\n'
    batch = batch_of(api, content, response_fields=[{"name": "r"}])
    finish(batch.id, {0: {"r": "yes"}})
    lines = from_csv(api.export(batch.id, metadata=0))
    assert lines == [["a", "a", " b ", "", 'q"q', "r"], ["007", "1e5", " x ", "=1+1", "two\r\nlines", "yes"]]
    assert api.export(batch.id, metadata=0).count(b"\r\n") == 3


def test_values_by_type(api: Api) -> None:
    batch = batch_of(api, b"id\n1\n2\n3\n")
    finish(
        batch.id,
        {
            0: {"status": "a,b", "text": 'x"y', "good": True, "n": 1.5, "extra": "kept, not exported"},
            1: {"status": "", "text": "z", "good": False, "n": None},
        },
        {2: "schema_mismatch"},
    )
    CsvBatchRow.objects.filter(queue_id=batch.id, row_index=2).update(result_payload={"status": 5})
    rows = from_csv(api.export(batch.id))[1:]
    assert [row[1:5] for row in rows] == [["a,b", 'x"y', "true", "1.5"], ["", "z", "false", ""], ["", "", "", ""]]
    assert rows[0][5:] == ["t0", "succeeded", "12", "1", "", "", "0", "false", "", "", "", ""]
    assert rows[2][6:10] == ["failed", "12", "1", "schema_mismatch"]


def test_a_correction_takes_the_place_of_the_answer(api: Api) -> None:
    batch = batch_of(api, b"id\n1\n2\n")
    finish(batch.id, {0: {"status": "wrong", "text": "x"}}, {1: "timeout"})
    rows = CsvBatchRow.objects.filter(queue_id=batch.id)
    rows.update(corrected_payload={"status": "right", "text": "y"})
    lines = from_csv(api.export(batch.id))[1:]
    assert [line[1:3] for line in lines] == [["right", "y"]] * 2
    assert [line[-5] for line in lines] == ["true", "true"]


def test_metadata_can_be_left_out(api: Api) -> None:
    batch = batch_of(api, b"id\n1\n")
    finish(batch.id, {0: {"status": "s", "text": "t"}})
    assert from_csv(api.export(batch.id, metadata=0))[0] == ["id", "status", "text", "good", "n"]
    assert json.loads(api.export(batch.id, metadata=0, format="jsonl")).keys() == {"row", "response"}


def test_json_lines(api: Api) -> None:
    batch = batch_of(api, "id,id,ü\n1,2,\n3,4,x\n".encode())
    finish(batch.id, {0: {"status": "s", "text": "t", "good": True}}, {1: "timeout"})
    first, second = map(json.loads, api.export(batch.id, format="jsonl").decode().splitlines())
    assert set(first) == {"row", "response", "run"}
    assert first["row"] == {"id": "1", "id (2)": "2", "ü": ""}
    assert first["response"] == {"status": "s", "text": "t", "good": True, "n": None}
    assert list(first["run"]) == RUN
    assert second["response"] is None
    assert second["run"]["error_code"] == "timeout"


def test_one_status_only(api: Api) -> None:
    batch = batch_of(api, b"id\n1\n2\n3\n")
    finish(batch.id, {0: {}, 2: {}}, {1: "timeout"})
    assert [line[0] for line in from_csv(api.export(batch.id, status="failed"))[1:]] == ["2"]
    assert [line[0] for line in from_csv(api.export(batch.id, status="succeeded"))[1:]] == ["1", "3"]
    assert len(from_csv(api.export(batch.id, status=""))) == 4


def test_for_spreadsheets(api: Api) -> None:
    batch = batch_of(api, b"id,text\n=1+1,-5\n@x,-x\n")
    finish(batch.id, {0: {"status": "+cmd", "text": "+5"}, 1: {"status": "", "text": ""}})
    plain = api.export(batch.id, metadata=0)
    assert from_csv(plain)[1][:4] == ["=1+1", "-5", "+cmd", "+5"]
    excel = api.export(batch.id, metadata=0, excel=1)
    assert excel.startswith(b"\xef\xbb\xbf")
    assert from_csv(excel)[1][:4] == ["'=1+1", "-5", "'+cmd", "+5"]
    assert from_csv(excel)[2][:2] == ["'@x", "'-x"]


def test_rows_come_in_row_order(api: Api) -> None:
    batch = Draft(api, api.draft(api.network(None)))
    for index in (5, 3, 10, 0):
        api.post(f"{batch.path}/rows", {"rows": [{"row_index": index, "row_payload": {"id": str(index)}}]})
    assert [line[0] for line in from_csv(api.export(batch.id, partial=1))[1:]] == ["0", "3", "5", "10"]

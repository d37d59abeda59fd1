"""An upload stores the rows of a file in place of what the draft had, and says what it found."""

from tests.integration.api.support import BATCH_KEYS, Draft
from tests.support.api import Api, to_csv
from tests.unit.ingest.workbook.support import data, row, xlsx


def cells(api: Api, batch: str) -> list[list[str]]:
    return [list(row["row_payload"].values()) for row in api.rows(batch)]


def test_a_csv(api: Api) -> None:
    batch = api.draft(api.network(None))
    answer = api.upload(batch, to_csv([["id", "a b", "größe"], ["007", " x ", "1e5"], ["", "=1+1", "NULL"]]))
    assert answer == {
        "rows": 2,
        "columns": ["id", "a b", "größe"],
        "encoding": "utf-8",
        "delimiter": ",",
        "options": {
            "encoding": "utf-8",
            "delimiter": ",",
            "quote": '"',
            "escape": "double",
            "header": 1,
            "header_rows": 1,
            "trim": False,
            "row_names": False,
            "ragged": "reject",
            "bad_bytes": "reject",
        },
        "rejects": 0,
        "warnings": [],
    }
    assert cells(api, batch) == [["007", " x ", "1e5"], ["", "=1+1", "NULL"]]
    state = api.batch(batch)
    assert set(state) == BATCH_KEYS
    assert state["progress"]["total"] == state["progress"]["queued"] == 2


def test_json_lines(api: Api) -> None:
    batch = api.draft(api.network(None))
    content = '{"text": "one\\nline", "n": 1}\n{"text": "ü", "n": null}\n'.encode()
    answer = api.upload(batch, content, name="x.jsonl")
    assert (answer["rows"], answer["columns"], answer["delimiter"]) == (2, ["text", "n"], None)
    assert cells(api, batch)[0] == ["one\nline", "1"]


def test_a_workbook(api: Api) -> None:
    batch = api.draft(api.network(None))
    content = xlsx(data(row("id", "text"), '<row><c s="1"><v>7</v></c><c t="b"><v>1</v></c></row>'), styles=[0, 1])
    answer = api.upload(batch, content, name="orders.xlsx")
    assert (answer["rows"], answer["columns"], answer["delimiter"]) == (1, ["id", "text"], None)
    assert cells(api, batch) == [["7", "TRUE"]]


def test_warnings_come_with_line_code_and_detail(api: Api) -> None:
    batch = api.draft(api.network(None))
    answer = api.upload(batch, b'a,a,\n1,2,3\n4,x"y,6\n')
    assert answer["columns"] == ["a", "a (2)", "column 3"]
    assert all(set(warning) == {"line", "code", "detail"} for warning in answer["warnings"])
    assert {"line": 3, "code": "stray_quote"}.items() <= answer["warnings"][-1].items()
    assert [column["header"] for column in api.batch(batch)["columns"]] == ["a", "a", ""]


def test_a_second_file_takes_the_place_of_the_first(draft: Draft) -> None:
    draft.api.patch(
        draft.path, {"columns": [{"name": "text", "mode": "prompt"}, {"name": "id", "mode": "system_param"}]}
    )
    draft.api.upload(draft.id, b"text,new\nx,y\n")
    assert cells(draft.api, draft.id) == [["x", "y"]]
    state = draft.state()
    assert state["progress"]["total"] == 1
    assert [(column["name"], column["mode"]) for column in state["columns"]] == [("text", "prompt"), ("new", "ignore")]
    assert state["prompt_template"] == "{{ row.text }}"


def test_an_upload_takes_the_place_of_inserted_rows(api: Api) -> None:
    batch = api.draft(api.network(None))
    api.post(f"/csv_batches/{batch}/rows", {"rows": [{"row_index": 7, "row_payload": {"a": "1"}}]})
    api.upload(batch, b"b\n2\n3\n")
    assert cells(api, batch) == [["2"], ["3"]]
    assert [row["row_index"] for row in api.rows(batch)] == [0, 1]

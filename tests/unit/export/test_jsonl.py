"""JSON Lines: an object a row, with the row, the answer and the run."""

import json

from experiments.export.jsonl_lines import jsonl_chunks
from experiments.export.rows import ExportLayout, ExportRow
from tests.unit.export.rows import row

LAYOUT = ExportLayout(headers=["a", "a"], names=["a", "a (2)"], fields=["y", "x"])
RUN = {
    "run_trace_id": "t1",
    "status": "succeeded",
    "elapsed_ms": 412,
    "attempts": 1,
    "error_code": None,
    "error_message": None,
    "row_index": 0,
    "corrected": False,
    "input_tokens": None,
    "output_tokens": None,
    "cost": None,
    "version": 3,
}


def objects(layout: ExportLayout, *rows: ExportRow) -> list[object]:
    text = b"".join(jsonl_chunks(layout, rows)).decode()
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_a_row_goes_by_unique_names_and_an_answer_by_its_fields() -> None:
    response = {"y": None, "x": ["é", 1]}
    made = objects(LAYOUT, row(["1", "2\n\u2028"], {"x": ["é", 1], "more": 5}))
    assert made == [{"row": {"a": "1", "a (2)": "2\n\u2028"}, "response": response, "run": RUN}]


def test_a_failed_row_has_no_answer() -> None:
    made = objects(LAYOUT, row(["1", "2"], {"x": 1}, status="failed"))
    assert made == [{"row": {"a": "1", "a (2)": "2"}, "response": None, "run": {**RUN, "status": "failed"}}]


def test_without_run_columns_the_run_is_left_out() -> None:
    layout = ExportLayout(headers=["a"], names=["a"], fields=["x"], run_columns=False)
    assert objects(layout, row(["1"], {"x": 1})) == [{"row": {"a": "1"}, "response": {"x": 1}}]


def test_text_is_not_escaped_and_cells_never_altered() -> None:
    layout = ExportLayout(headers=["a"], names=["a"], fields=[], run_columns=False, excel=True)
    assert b"".join(jsonl_chunks(layout, [row(["=é"])])) == '{"row":{"a":"=é"},"response":null}\n'.encode()


def test_many_rows_come_in_pieces_of_whole_lines() -> None:
    pieces = list(jsonl_chunks(LAYOUT, [row(["x" * 1000, ""]) for _ in range(300)]))
    assert len(pieces) > 2
    assert all(piece.endswith(b"\n") for piece in pieces)


def test_without_rows_there_is_nothing() -> None:
    assert objects(LAYOUT) == []

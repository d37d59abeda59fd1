"""For spreadsheets: a byte-order mark, and no cell that runs as a formula."""

import pytest

from tests.unit.export.rows import layout_of, read, row, written


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "=",
        "-",
        "--1",
        "+49 170 1",
        "-1e",
        "-١",
        "-5\n",
    ],
)
def test_what_begins_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    layout = layout_of(["a", "b"], ["x"], excel=True)
    assert read(written(layout, row([cell, cell], {"x": cell})))[1] == [f"'{cell}"] * 3


@pytest.mark.parametrize(
    "cell", ["-5", "+3.14", "-1e5", "-1,5", "-.5", "+1E-3", "5", "", "a=b", " =1", "'=1", "1-2", "007"]
)
def test_plain_numbers_and_other_texts_stay(cell: str) -> None:
    assert read(written(layout_of(["a", "b"], ["x"], excel=True), row([cell, cell], {"x": cell})))[1] == [cell] * 3


def test_headers_and_messages_are_guarded_too() -> None:
    text = written(layout_of(["=a"], run_columns=True, excel=True), row(["1"], error_message="=boom", status="failed"))
    assert "'=a" in text.splitlines()[0]
    assert ",'=boom," in text


@pytest.mark.parametrize(("excel", "start"), [(True, "\ufeffa,b\n"), (False, "a,b\n")])
def test_a_byte_order_mark_stands_only_there(excel: bool, start: str) -> None:
    assert written(layout_of(["a", "b"], excel=excel), row(["1", "2"])).startswith(start)


def test_without_it_no_cell_is_changed() -> None:
    assert read(written(layout_of(["=a", "b"], ["x"]), row(["=1", "@x"], {"x": "+y"}))) == [
        ["=a", "b", "x"],
        ["=1", "@x", "+y"],
    ]

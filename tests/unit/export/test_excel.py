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
        "\n=1",
        "\uff1d1+1",
        "-1,23.5",
        "-1 2",
        "-12 %%",
        "-5|6",
    ],
)
def test_what_begins_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    layout = layout_of(["a", "b"], ["x"], excel=True)
    assert read(written(layout, row([cell, cell], {"x": cell})))[1] == [f"'{cell}"] * 3


@pytest.mark.parametrize(
    "cell",
    [
        "-1,234.56",
        "-12 %",
        "-12%",
        "-1.234,56",
        "-1 234,5",
        "-1\u202f234,5 €",
        "-1'234.50",
        "-5$",
        "+1,000,000",
        "-5",
        "+3.14",
        "-1e5",
        "-1,5",
        "-.5",
        "+1E-3",
        "5",
        "",
        "a=b",
        " =1",
        "'=1",
        "1-2",
        "007",
    ],
)
def test_plain_numbers_and_other_texts_stay(cell: str) -> None:
    assert read(written(layout_of(["a", "b"], ["x"], excel=True), row([cell, cell], {"x": cell})))[1] == [cell] * 3


def test_every_cell_has_quotes_so_that_no_other_separator_divides_it() -> None:
    layout = layout_of(["a", "b"], ["x"], excel=True, delimiter=";")
    line = written(layout, row(["y;=1+1;z", ""], {"x": -5})).splitlines()[1]
    assert line == '"y;=1+1;z";"";"-5"'


@pytest.mark.parametrize("cell", ["007", "12345678901234567890", "-1,234.56", "1e5", "3-4"])
def test_zeros_long_numbers_and_formatted_ones_are_written_as_they_are(cell: str) -> None:
    assert f'"{cell}"' in written(layout_of(["a", "b"], excel=True), row([cell, ""]))


def test_headers_and_messages_are_guarded_too() -> None:
    text = written(layout_of(["=a"], run_columns=True, excel=True), row(["1"], error_message="=boom", status="failed"))
    assert "'=a" in text.splitlines()[0]
    assert ',"\'=boom",' in text


@pytest.mark.parametrize(("excel", "start"), [(True, '\ufeff"a","b"\n'), (False, "a,b\n")])
def test_a_byte_order_mark_stands_only_there(excel: bool, start: str) -> None:
    assert written(layout_of(["a", "b"], excel=excel), row(["1", "2"])).startswith(start)


def test_without_it_no_cell_is_changed() -> None:
    assert read(written(layout_of(["=a", "b"], ["x"]), row(["=1", "@x"], {"x": "+y"}))) == [
        ["=a", "b", "x"],
        ["=1", "@x", "+y"],
    ]

"""What the mapping makes of the cells of a row."""

import pytest

from csv_batches.rules.mapping import ColumnMapping, new_columns

COLUMNS = new_columns(
    [
        {"name": "a", "mode": "prompt"},
        {"name": "b", "mode": "system_param", "key": "mail.body"},
        {"name": "c"},
        {"name": "items", "mode": "prompt"},
    ]
)


def test_prompt_columns_are_lines_in_file_order() -> None:
    assert ColumnMapping(COLUMNS).columns_text(["1", "2", "3", "x\ny"]) == "a: 1\nitems: x\ny"


def test_an_empty_cell_keeps_its_line() -> None:
    assert ColumnMapping(COLUMNS).columns_text(["", "2", "3", "4"]) == "a: \nitems: 4"


def test_without_prompt_columns_there_are_no_lines() -> None:
    assert ColumnMapping(new_columns([{"name": "a"}])).columns_text(["1"]) == ""


def test_the_row_has_every_column_whatever_its_mode() -> None:
    assert ColumnMapping(COLUMNS).row(["1", "2", "3", "4"]) == {"a": "1", "b": "2", "c": "3", "items": "4"}


@pytest.mark.parametrize("text", ["007", "1e5", "NULL", " x ", "=1+1", "a\r\nb", "", "🙂"])
def test_texts_stay_as_they_are(text: str) -> None:
    mapping = ColumnMapping(COLUMNS)
    cells = [text] * 4
    assert mapping.system_params(cells) == {"mail": {"body": text}}
    assert mapping.row(cells)["b"] == text
    assert mapping.columns_text(cells) == f"a: {text}\nitems: {text}"


def test_five_thousand_columns_work() -> None:
    columns = new_columns([{"name": f"c{n}", "mode": "system_param", "key": f"g{n % 7}.k{n}"} for n in range(5000)])
    mapping = ColumnMapping(columns)
    made = mapping.system_params([str(n) for n in range(5000)])
    assert (len(made), made["g3"]["k10"], len(mapping.names)) == (7, "10", 5000)


@pytest.mark.parametrize("cells", [["1"], ["1"] * 5])
def test_a_row_of_another_width_is_not_taken(cells: list[str]) -> None:
    with pytest.raises(ValueError, match="zip"):
        ColumnMapping(COLUMNS).row(cells)

"""What the cells of a row become."""

from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets import DatasetLayout, changed_columns, recognise
from experiments.ingest import name_columns


def layout(*headers: str) -> DatasetLayout:
    return DatasetLayout(recognise(name_columns(headers))[0])


def test_cells_are_found_by_their_role() -> None:
    found = layout("label", "expected", "run_input")
    cells = ["easy", "4", "2 + 2", "0", "1"]
    assert found.message(cells) == "2 + 2"
    roles = (ColumnRole.MESSAGE, ColumnRole.EXPECTED, ColumnRole.LABEL)
    assert [found.cell(role, cells) for role in roles] == ["2 + 2", "4", "easy"]


def test_several_prompt_columns_are_lines_and_none_is_no_message() -> None:
    columns = layout("run_input", "subject").columns
    both = changed_columns(columns, [{"name": "subject", "mode": "message", "key": ""}])
    assert DatasetLayout(both).message(["a", "b"]) == "run_input: a\nsubject: b"
    none = changed_columns(columns, [{"name": "run_input", "mode": "metadata", "key": ""}])
    assert DatasetLayout(none).message(["a", "b"]) == ""


def test_what_has_no_column_is_empty() -> None:
    found = layout("run_input")
    assert (found.cell(ColumnRole.EXPECTED, ["a"]), found.cell(ColumnRole.LABEL, ["a"])) == ("", "")
    assert found.system_params(["a"]) == {}
    assert found.position(ColumnRole.EXPECTED) is None


def test_params_of_columns_are_texts_and_nest() -> None:
    found = layout("run_input", "system_params.customer.id", "system_params__customer__name")
    assert found.system_params(["a", "007", "Ann"]) == {"customer": {"id": "007", "name": "Ann"}}


def test_empty_cells_send_no_param() -> None:
    found = layout("run_input", "system_params.customer.id", "system_params.x", "system_params")
    assert found.system_params(["a", "", "1", ""]) == {"x": "1"}


def test_the_object_keeps_its_types_and_empty_texts_and_takes_in_the_columns() -> None:
    found = layout("run_input", "system_params", "system_params.a.c")
    assert found.system_params(["m", '{"a": {"b": 1.5}, "d": [true, null], "e": ""}', "x"]) == {
        "a": {"b": 1.5, "c": "x"},
        "d": [True, None],
        "e": "",
    }

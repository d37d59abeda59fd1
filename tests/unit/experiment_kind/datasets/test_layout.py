"""What the cells of a row become."""

from experiments.experiment_kind.datasets import Layout, recognise
from experiments.ingest import name_columns


def layout(*headers: str) -> Layout:
    return Layout(recognise(name_columns(headers))[0])


def test_cells_are_found_by_their_role() -> None:
    of = layout("label", "expected", "run_input")
    cells = ["easy", "4", "2 + 2", "0", "1"]
    assert (of.message(cells), of.expected(cells), of.label(cells)) == ("2 + 2", "4", "easy")


def test_what_has_no_column_is_empty() -> None:
    of = layout("run_input")
    assert (of.expected(["a"]), of.label(["a"]), of.system_params(["a"])) == ("", "", {})
    assert of.position("expected") is None


def test_params_of_columns_are_texts_and_nest() -> None:
    of = layout("run_input", "system_params.customer.id", "system_params__customer__name")
    assert of.system_params(["a", "007", "Ann"]) == {"customer": {"id": "007", "name": "Ann"}}


def test_empty_cells_send_no_param() -> None:
    of = layout("run_input", "system_params.customer.id", "system_params.x", "system_params")
    assert of.system_params(["a", "", "1", ""]) == {"x": "1"}


def test_the_object_keeps_its_types_and_empty_texts_and_takes_in_the_columns() -> None:
    of = layout("run_input", "system_params", "system_params.a.c")
    assert of.system_params(["m", '{"a": {"b": 1.5}, "d": [true, null], "e": ""}', "x"]) == {
        "a": {"b": 1.5, "c": "x"},
        "d": [True, None],
        "e": "",
    }

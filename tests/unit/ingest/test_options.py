"""Options are checked when they are made, each error names the option."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.ingest import ReadOptions
from tests.unit.ingest.conftest import Ingest


@pytest.mark.parametrize(
    "wrong",
    [
        {"quote": "''"},
        {"quote": "\n"},
        {"escape": ""},
        {"escape": "doubled"},
        {"header": -1},
        {"header": True},
        {"header": "1"},
        {"header_rows": 0},
        {"header_rows": 21},
        {"comment": ""},
        {"comment": " "},
        {"comment": "#\n"},
        {"trim": 1},
        {"row_names": "yes"},
        {"ragged": "guess"},
        {"bad_bytes": "ignore"},
    ],
    ids=str,
)
def test_what_an_option_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        ReadOptions(**wrong)
    assert refused.value.attr == next(iter(wrong))


@pytest.mark.parametrize("other", [{"header_rows": 2}, {"row_names": True}])
def test_without_a_header_nothing_can_be_said_about_it(other: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        ReadOptions(header=0, **other)
    assert refused.value.attr == next(iter(other))


def test_the_options_in_force_can_be_chosen_again(ingest: Ingest) -> None:
    table, rows = ingest("\na\tb\n1\t2\n")
    assert (table.options["delimiter"], table.options["header"]) == ("tab", 2)
    again, same = ingest("\na\tb\n1\t2\n", **table.options)
    assert (again.options, same) == (table.options, rows)

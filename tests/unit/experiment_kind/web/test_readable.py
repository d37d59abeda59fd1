"""Expected and answered values as a page shows them beside each other."""

from typing import Any

import pytest

from experiments.experiment_kind.scoring.texts import Cell
from experiments.experiment_kind.web.judged_item import readable

OBJECT = '{\n  "date": "2026-01-31",\n  "tags": [\n    "a"\n  ]\n}'


@pytest.mark.parametrize("value", [Cell('{"tags":["a"], "date":"2026-01-31"}'), {"date": "2026-01-31", "tags": ["a"]}])
def test_a_nested_value_has_a_line_for_each_of_its_values_however_it_is_written(value: Any) -> None:
    assert readable(value) == OBJECT


@pytest.mark.parametrize("text", ["yes", "", "{not JSON", "[x]", "5"])
def test_a_text_stays_as_it_is(text: str) -> None:
    assert readable(Cell(text)) == text

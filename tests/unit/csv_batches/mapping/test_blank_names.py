"""A column is called by its name: it has to have one."""

import pytest

from csv_batches.rules import mapping
from experiments.core.errors import InvalidInput


@pytest.mark.parametrize("name", ["", "  ", "\t"])
def test_a_blank_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        mapping.new_columns([{"name": name}])
    assert refused.value.attr == "columns"


def test_a_blank_header_is_not() -> None:
    assert mapping.new_columns([{"name": "column 1", "header": ""}])[0]["header"] == ""

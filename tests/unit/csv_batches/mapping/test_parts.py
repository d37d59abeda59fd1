"""An error about a column says which one it is about, for whoever shows it there."""

from typing import Any

import pytest

from csv_batches.rules.mapping import new_columns
from experiments.core.errors import InvalidInput, Part


@pytest.mark.parametrize(
    ("columns", "part", "reason"),
    [
        ([{"name": "a", "mode": "x"}], Part(name="a", key="mode"), "The mode is “x”, not one of ignore, prompt, "),
        ([{"name": "a", "key": 5}], Part(name="a", key="key"), "The key must be a text."),
        ([{"name": "a"}, {"name": "a"}], Part(index=1, name="a"), "The column “a” is named twice."),
        ([{"name": "a"}, {}], Part(index=1), "columns[1] must be an object with a name."),
    ],
)
def test_part_and_reason(columns: Any, part: Part, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        new_columns(columns)
    assert refused.value.part == part
    assert refused.value.reason.startswith(reason)
    assert refused.value.detail.lower().endswith(refused.value.reason.lower())

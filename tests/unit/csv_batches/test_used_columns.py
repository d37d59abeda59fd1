"""Which columns a template and a mapping make use of."""

import pytest

from csv_batches.selectors.used_columns import used_positions

COLUMNS = [
    {"name": "a", "mode": "ignore"},
    {"name": "b", "mode": "prompt"},
    {"name": "c d", "mode": "ignore"},
    {"name": "e", "mode": "system_param"},
]


@pytest.mark.parametrize(
    ("template", "positions"),
    [
        ("", [1, 3]),
        ("{{ row.a }}", [0, 1, 3]),
        ('{{ row["c d"] | upper }}', [1, 2, 3]),
        ("{% if row.a == 'x' %}{{ columns }}{% endif %}", [0, 1, 3]),
        ("{% for name in row %}{{ name }}{% endfor %}", [0, 1, 2, 3]),
        ("{{ row[row.a] }}", [0, 1, 2, 3]),
        ("{{ system_params.a }}", [1, 3]),
        ("{{ broken", [1, 3]),
    ],
)
def test_mapped_and_named_ones(template: str, positions: list[int]) -> None:
    assert used_positions(COLUMNS, template) == positions

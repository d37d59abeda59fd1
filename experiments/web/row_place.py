"""The row that a panel beside a step is about."""

from dataclasses import dataclass
from typing import Any

from experiments.selectors.items import LARGEST_INDEX


@dataclass(frozen=True)
class RowPlace:
    """The row that a panel is about. `missing` is the index of one that was asked for and does not exist."""

    index: int | None
    previous: int | None
    next: int | None
    missing: int | None = None


def row_place(queue: Any, row_index: int | None) -> RowPlace:
    """The row with this index, or else the first one."""
    indexes = queue.rows.in_order().values_list("row_index", flat=True)
    found = indexes.filter(row_index=row_index).first() if row_index is not None else None
    index = indexes.first() if found is None else found
    return RowPlace(index, *neighbours_of_row(queue, index), missing=row_index if found is None else None)


def neighbours_of_row(queue: Any, index: int | None) -> tuple[int | None, int | None]:
    """The indexes of the rows before and after this one, whether it exists or not."""
    if index is None:
        return None, None
    indexes = queue.rows.values_list("row_index", flat=True)
    at = min(index, LARGEST_INDEX)
    before = indexes.filter(row_index__lt=at).order_by("-row_index").first()
    return before, indexes.filter(row_index__gt=at).order_by("row_index").first()

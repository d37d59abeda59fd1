"""How a column is shown: the sign of what it seems to hold, and how many different values it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.models import Queue
from experiments.selectors.column_hints import column_hints
from experiments.web.type_looks import CHOICE, LOOKS, Look


@dataclass(frozen=True)
class ColumnLook:
    """`distinct` values in the first `rows` rows."""

    look: Look
    distinct: int
    rows: int


def column_looks(queue: Queue, start: int, end: int) -> Mapping[int, ColumnLook]:
    """By number of the column, of those from `start` to before `end`."""
    return {
        number: ColumnLook(CHOICE if hint.is_choice else LOOKS[hint.type], hint.distinct, hint.rows)
        for number, hint in column_hints(queue, start, end).items()
    }

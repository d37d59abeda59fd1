"""How the answers are distributed, in the heads of their columns: a small chart, and a menu of what filters by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.web.queue.columns import GridColumns
from experiments.web.queue.results import Bar, Distribution, ShownResults

BAR = 10
"""Width of a bar of a chart with the gap behind it."""
TALL = 18


@dataclass(frozen=True)
class ChartBar:
    left: int
    top: float
    height: float


@dataclass(frozen=True)
class Head:
    """Of a column of answers. `parts`: what it consists of; an object has one for each of its fields."""

    at: int
    name: str
    parts: tuple[Distribution, ...]

    @property
    def first(self) -> Distribution | None:
        """The field itself; an object has no chart."""
        return self.parts[0] if self.parts and self.parts[0].name == self.name else None

    @property
    def bars(self) -> tuple[ChartBar, ...]:
        return _chart(self.first.bars) if self.first else ()

    @property
    def width(self) -> int:
        return len(self.bars) * BAR

    @property
    def says(self) -> str:
        """`billing 28 %`, or the range of numbers and lengths."""
        if self.first is None:
            return f"{len(self.parts)} fields" if self.parts else ""
        if self.first.summary:
            return self.first.summary
        top = max(self.first.bars, key=lambda bar: bar.count, default=None)
        return f"{top.label} {top.share}" if top and top.count else ""


def _chart(bars: Sequence[Bar]) -> tuple[ChartBar, ...]:
    most = max((bar.count for bar in bars), default=0)
    heights = [max(1.0, round(bar.count * TALL / most, 1)) if bar.count else 0.0 for bar in bars]
    return tuple(ChartBar(at * BAR, round(TALL - height, 1), height) for at, height in enumerate(heights))


def heads_of_results(columns: GridColumns, shown: ShownResults) -> tuple[Head, ...]:
    """A head for each column of answers of which a field is known."""
    return tuple(
        Head(at, column.field, tuple(one for one in shown.fields if _is_of(one.name, column.field)))
        for at, column in enumerate(columns.answers)
        if column.field
    )


def _is_of(name: str, field: str) -> bool:
    return name == field or name.startswith(f"{field}.")

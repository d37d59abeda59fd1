"""What is in each column, found out while the rows pass by: how many cells are empty, and the first few values."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from experiments.core.formatting import shorten

SAMPLES = 3
SAMPLE_CHARS = 80
LOOKED_AT = 1000
"""Samples come from so many rows at most: a column without three values must not cost a look at every cell."""


class ColumnStats:
    """Facts of `width` columns; `known` are those of rows that were seen before, as `listed` gave them."""

    def __init__(self, width: int, known: Sequence[dict[str, Any]] = ()) -> None:
        self._empty = [0] * width
        self._samples: list[list[str]] = [[] for _ in range(width)]
        for column, facts in enumerate(known):
            self._empty[column] = facts["empty"]
            self._samples[column] = list(facts["samples"])
        self._wanting = [column for column in range(width) if len(self._samples[column]) < SAMPLES]
        self._looks = LOOKED_AT

    def watched(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """The same rows, each of which is seen as it passes."""
        for row in rows:
            self.see(row)
            yield row

    def see(self, row: Sequence[str]) -> None:
        if "" in row:
            empty = self._empty
            for column, cell in enumerate(row):
                if not cell:
                    empty[column] += 1
        if self._wanting and self._looks:
            self._look(row)

    def _look(self, row: Sequence[str]) -> None:
        self._looks -= 1
        for column in self._wanting:
            sample = shorten(row[column], SAMPLE_CHARS)
            if sample.strip() and sample not in self._samples[column]:
                self._samples[column].append(sample)
        self._wanting = [column for column in self._wanting if len(self._samples[column]) < SAMPLES]

    def listed(self) -> list[dict[str, Any]]:
        """`[{empty, samples}]` in the order of the columns; a sample that was cut ends with an ellipsis."""
        return [{"empty": empty, "samples": samples} for empty, samples in zip(self._empty, self._samples, strict=True)]

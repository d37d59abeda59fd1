"""What is in each column, collected while rows pass by: the number of empty cells and the first few values."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from experiments.core.formatting import shorten

SAMPLES = 3
SAMPLE_CHARS = 80
LOOKED_AT = 1000
"""Rows that samples are taken from, at most: a column without three values must not cost a look at every cell."""


class ColumnStats:
    """Statistics of `width` columns; `known` are those of earlier rows, as `listed` returned them."""

    def __init__(self, width: int, known: Sequence[dict[str, Any]] = ()) -> None:
        self._empty = [0] * width
        self._samples: list[list[str]] = [[] for _ in range(width)]
        for number, column in enumerate(known):
            self._empty[number] = column["empty"]
            self._samples[number] = list(column["samples"])
        self._without_samples = [number for number in range(width) if len(self._samples[number]) < SAMPLES]
        self._rows_left = LOOKED_AT

    def watched(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """The same rows, each counted as it passes."""
        for row in rows:
            # What `add` looks for, without a call for each row of a million.
            if "" in row or (self._rows_left and self._without_samples):
                self.add(row)
            yield row

    def add(self, row: Sequence[str]) -> None:
        if "" in row:
            empty = self._empty
            for number, cell in enumerate(row):
                if not cell:
                    empty[number] += 1
        if self._without_samples and self._rows_left:
            self._rows_left -= 1
            self._add_samples(row)

    def _add_samples(self, row: Sequence[str]) -> None:
        for number in self._without_samples:
            sample = shorten(row[number], SAMPLE_CHARS)
            if sample.strip() and sample not in self._samples[number]:
                self._samples[number].append(sample)
        self._without_samples = [number for number in self._without_samples if len(self._samples[number]) < SAMPLES]

    def listed(self) -> list[dict[str, Any]]:
        """`[{empty, samples}]` in the order of the columns; a sample that was cut ends with an ellipsis."""
        return [{"empty": empty, "samples": samples} for empty, samples in zip(self._empty, self._samples, strict=True)]

"""Why a file is rejected: its limits, and the errors that more than one reader raises."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part, TooLarge

SPLIT = "Split it, and make a batch of each part."


@dataclass(frozen=True, slots=True)
class Offer:
    """Options that read a refused file rightly, typed and by the names of `ReadOptions`: it was tried with them,
    beside those that were given. `label` says it in a sentence without its full stop."""

    options: Mapping[str, str | int | bool]
    label: str


class RejectedFile(InvalidInput):
    """The file cannot be read as it is.

    `line` is the physical line, from 1; `column` the number of the cell in its row, from 1; None where the error is
    about the whole file or line. Both are also in `part`. Further values in `extra`:
    `char` (place in the line, from 1), `offset` (byte in the file, from 0), `guess` and `preview` (lines read with it),
    `found` and `expected` cells of a row. Where there are `offers`, they are also there, as
    `[{options, label}]`. `advice` is what else a person can do; where there are offers, the detail names them instead.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: ErrorCode,
        line: int | None = None,
        column: int | None = None,
        advice: str = "",
        **extra: Any,
    ) -> None:
        self.offers: tuple[Offer, ...] = ()
        self._what, self._advice = detail, advice
        super().__init__(
            f"{detail} {advice}" if advice else detail,
            code=code,
            attr="file",
            part=None if line is None else Part(line=line, column=column),
            extra={"line": line, "column": column, **extra},
        )

    def offer(self, offers: Iterable[Offer], beside: Mapping[str, str | int | bool]) -> None:
        """Makes these the ways out that are offered. `beside` are the options that were given: an offer in `extra` has
        them too, so that whoever takes it sends that alone."""
        self.offers = tuple(offers)
        self.extra.pop("offers", None)
        if self.offers and self._advice:
            labels = (one.label[0].lower() + one.label[1:] for one in self.offers)
            self.detail = self.reason = f"{self._what} You can choose: {'; or '.join(labels)}."
            self.args = (self.detail,)
        if self.offers:
            self.extra["offers"] = [{"options": {**beside, **one.options}, "label": one.label} for one in self.offers]


class FileTooLarge(RejectedFile, TooLarge):
    """The file, a row or a cell exceeds one of the `Limits`."""

    status = TooLarge.status


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file that is read. Sizes of cells and rows are characters of the file, quotes included."""

    max_bytes: int = 1024**3
    max_rows: int = 2_000_000
    max_columns: int = 10_000
    max_cell_chars: int = 16 * 1024**2
    max_row_chars: int = 64 * 1024**2

    def check_size(self, size: int) -> None:
        """`RejectedFile` for a file of `size` bytes that is empty or too large."""
        if size == 0:
            raise RejectedFile("The file is empty.", code=ErrorCode.EMPTY_FILE)
        if size > self.max_bytes:
            detail = f"The file has {size:,} bytes. The limit is {self.max_bytes:,}. {SPLIT}"
            raise FileTooLarge(detail, code=ErrorCode.FILE_TOO_LARGE)

    def too_many_rows(self, line: int) -> FileTooLarge:
        detail = f"Line {line}: the file has more than {self.max_rows:,} rows, the limit. {SPLIT}"
        return FileTooLarge(detail, code=ErrorCode.TOO_MANY_ROWS, line=line)

    def too_many_columns(self, line: int) -> FileTooLarge:
        most = f"{self.max_columns:,} columns, the limit"
        detail = f"Line {line} has more than {most}. Leave out those that you do not need."
        return FileTooLarge(detail, code=ErrorCode.TOO_MANY_COLUMNS, line=line, column=self.max_columns + 1)

    def cell_too_large(self, line: int, column: int) -> FileTooLarge:
        most = f"{self.max_cell_chars:,} characters, the limit"
        detail = f"Line {line}, column {column}: the cell has more than {most}. Shorten it."
        return FileTooLarge(detail, code=ErrorCode.CELL_TOO_LARGE, line=line, column=column)

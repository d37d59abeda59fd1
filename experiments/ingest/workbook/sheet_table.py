"""A sheet as a table: where its header and its last column are, and what is said about what it leaves out.

Rows are those of the sheet, counted from 1, also in `line`. Empty rows are left out, and so are empty columns on both
sides. Cells right or left of all others that the first rows and the file's own word tell of need a second look, for
which the sheet is read once more before its rows are.
"""

from collections.abc import Generator, Iterable
from contextlib import closing
from itertools import islice

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.formatting import counted
from experiments.ingest.doubts import Doubt, Suspicion
from experiments.ingest.errors import FileTooLarge, Limits, RejectedFile
from experiments.ingest.options import ReadOptions
from experiments.ingest.table import Column, Table, WarningLog, name_columns
from experiments.ingest.workbook.cell_range import column_letters
from experiments.ingest.workbook.choose import choose_sheet, parse_range
from experiments.ingest.workbook.judge import judge_header, refused
from experiments.ingest.workbook.sheet import Cells, Sheet, SheetFacts

_SAMPLE_ROWS = 100
Row = tuple[int, int, Cells]


class SheetTable(Table):
    """One sheet of a workbook, or a range of its cells. Hidden rows and columns are read like any other."""

    delimiter = None
    encoding = "utf-8"
    line_end = "\n"

    def __init__(self, sheets: list[Sheet], options: ReadOptions, limits: Limits) -> None:
        self._limits = limits
        self._options = options
        self._range = None if options.range is None else parse_range(options.range)
        self._sheet, self._about_others = choose_sheet(sheets, options.sheet)
        self.log = WarningLog()
        self._row_count = self._line = 0
        self._left, self._right = self._width()
        self.columns = self._read_columns()
        self.suspicion: Suspicion | None = None
        self._judge(sheets)
        self.options = {
            "sheet": self._sheet.name,
            **({} if options.range is None else {"range": options.range}),
            "header": self.header_line if options.header != 0 else 0,
            "header_rows": options.header_rows,
            **({} if options.comment is None else {"comment": options.comment}),
        }

    @property
    def row_count(self) -> int:
        return self._row_count

    @property
    def line(self) -> int:
        return self._line

    # -- the cells

    def _rows(self, facts: SheetFacts) -> Generator[Row]:
        """The rows of the range that hold something, without those above a chosen header."""
        wanted = self._range
        first = max(self._options.header or 1, wanted.first_row if wanted else 1)
        comment = self._options.comment
        with closing(self._sheet.read(facts)) as rows:  # type: ignore[type-var]  # a generator
            for number, count, cells in rows:
                if wanted and number > wanted.last_row:
                    return
                if number + count - 1 < first:
                    continue
                if number < first:
                    number, count = first, count - (first - number)
                if wanted:
                    count = min(count, wanted.last_row - number + 1)
                    cells = [cell for cell in cells if wanted.first_column <= cell[0] <= wanted.last_column]
                if not any(text.strip() for _, text in cells):
                    continue
                if comment is not None and cells[0][1].startswith(comment):
                    continue
                yield number, count, cells

    def _width(self) -> tuple[int, int]:
        """The first column and the last one."""
        if self._range:
            return self._range.first_column, self._range.last_column
        facts = SheetFacts()
        with closing(self._rows(facts)) as rows:
            left, right = _extent(islice(rows, _SAMPLE_ROWS))
            declared = facts.declared
            is_all = next(rows, None) is None
        if is_all or (declared and (declared.first_column, declared.last_column) == (left, right)):
            return left, right
        with closing(self._rows(SheetFacts())) as rows:
            return _extent(rows)

    def _read_columns(self) -> tuple[Column, ...]:
        width = self._right - self._left + 1
        with closing(self._rows(SheetFacts())) as rows:
            header = list(islice(rows, max(1, self._options.header_rows)))
        if not header:
            where = "The range" if self._range else f"The sheet “{self._sheet.name}”"
            raise RejectedFile(f"{where} is empty.", code=ErrorCode.EMPTY_FILE)
        self.header_line = header[0][0]
        if width > self._limits.max_columns:
            raise self._limits.too_many_columns(self.header_line)
        if self._options.header == 0:
            return tuple(Column(name, name) for name in (f"column {number}" for number in range(1, width + 1)))
        lines = [self._filled(number, cells) for number, _, cells in header]
        return name_columns([" ".join(filter(None, map(str.strip, parts))) for parts in zip(*lines, strict=True)])

    def _judge(self, sheets: list[Sheet]) -> None:
        """Whether the header is the header, where a person has not said so."""
        if self._options.header is not None:
            return
        with closing(self._rows(SheetFacts())) as rows:
            sample = [(number, self._filled(number, cells)) for number, _, cells in islice(rows, _SAMPLE_ROWS)]
        found = judge_header(sample, self._options.header_rows)
        if isinstance(found, Doubt):
            raise refused(found, self._options, lambda options: SheetTable(sheets, options, self._limits))
        self.suspicion = found

    def _filled(self, number: int, cells: Cells) -> list[str]:
        """All cells of the row, the empty ones too."""
        row, left, length = [""] * (self._right - self._left + 1), self._left, 0
        for column, text in cells:
            if not left <= column <= self._right:
                raise self._outside(number, column)
            if len(text) > self._limits.max_cell_chars:
                raise self._limits.cell_too_large(number, column - left + 1)
            length += len(text)
            row[column - left] = text
        if length > self._limits.max_row_chars:
            detail = f"Line {number} has more than {self._limits.max_row_chars:,} characters. Shorten its cells."
            raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=number)
        return row

    def _outside(self, number: int, column: int) -> RejectedFile:
        """The file's word about its cells was wrong."""
        where = f"the cell {column_letters(column)}{number}"
        area = f"{column_letters(self._left)}:{column_letters(self._right)}"
        detail = f"Line {number}: {where} is outside of {area}, where the workbook says that its cells are."
        detail += " Choose a range that holds all columns."
        return RejectedFile(detail, code=ErrorCode.RAGGED_ROW, line=number, column=column + 1)

    # -- the rows of the table

    def rows(self) -> Generator[list[str]]:
        self.log = log = WarningLog()
        self._row_count, facts = 0, SheetFacts()
        if self._about_others:
            log.add(None, WarningCode.OTHER_SHEETS, self._about_others)
        with closing(self._rows(facts)) as rows:
            end = self.header_line - 1
            if self.suspicion:
                log.add(self.suspicion.line, self.suspicion.code, self.suspicion.detail)
            if self._options.header != 0:
                log.add_names(self.columns, self.header_line)
                for number, count, _ in islice(rows, self._options.header_rows):
                    end = number + count - 1
            for number, count, cells in rows:
                if number > end + 1:
                    self._warn_of_gap(end + 1, number - 1, log)
                end = number + count - 1
                row = self._filled(number, cells)
                for at in range(number, number + count):
                    if self._row_count >= self._limits.max_rows:
                        raise self._limits.too_many_rows(at)
                    self._row_count += 1
                    self._line = at
                    yield list(row)
        self._warn_of(facts, log)
        if not self._row_count:
            raise RejectedFile("The sheet has a header and no rows below it.", code=ErrorCode.NO_ROWS)

    def _warn_of_gap(self, first: int, last: int, log: WarningLog) -> None:
        lines = (
            f"Line {first:,} is empty and was" if first == last else f"Lines {first:,} to {last:,} are empty and were"
        )
        log.add(first, WarningCode.BLANK_LINE, f"{lines} left out.")

    def _warn_of(self, facts: SheetFacts, log: WarningLog) -> None:
        """What is known only at the end of the sheet."""
        if facts.without_value and facts.first_without_value:
            row, column = facts.first_without_value
            cell = f"{column_letters(column)}{row}"
            detail = (
                f"{counted(facts.without_value, 'formula')} without a stored result, the first in {cell}: empty here."
            )
            detail += " Open the workbook in Excel or LibreOffice and save it, then upload it again."
            log.add(row, WarningCode.FORMULA_WITHOUT_RESULT, detail)
        if facts.hidden_rows or facts.hidden_columns:
            parts = [counted(facts.hidden_rows, "hidden row"), counted(facts.hidden_columns, "hidden column")]
            hidden = " and ".join(part for part in parts if not part.startswith("0 "))
            log.add(None, WarningCode.HIDDEN_CELLS, f"The sheet has {hidden}; they were read like the others.")
        if facts.merged:
            ranges = counted(facts.merged, "range")
            detail = f"The sheet has {ranges} of merged cells: only the first cell of each has the text."
            log.add(None, WarningCode.MERGED_CELLS, detail)


def _extent(rows: Iterable[Row]) -> tuple[int, int]:
    """The first and the last column in which a row holds something; 0 and -1 where none does."""
    left, right = -1, -1
    for _, _, cells in rows:
        filled = [column for column, text in cells if text.strip()]
        left = filled[0] if left < 0 else min(left, filled[0])
        right = max(right, filled[-1])
    return max(left, 0), right

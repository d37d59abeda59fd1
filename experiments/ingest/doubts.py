"""Whether a CSV is what it seems to be: is its first record the header, its delimiter the delimiter?

A doubt refuses the file, unless a person has said how it is; a suspicion becomes a warning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.formatting import quoted, shorten
from experiments.ingest.dialect import DELIMITERS, SEP_LINE, Dialect, has_clean_quotes
from experiments.ingest.head import Head, HeadRecord
from experiments.ingest.kinds import Kind, are_years, common_kind, is_series, kind_of
from experiments.ingest.quoted_header import begins_in_quotes, has_quoted_header

COMMENT_SIGNS = ("#", "//", "--", "%", "!", ";", "*", "@", ">")
SURE_SIGNS = "~^\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1a\x1b\x1c\x1d\x1e\x1f¦§¬¶"
"""A sign of these in each line as often divides it."""
_ROWS = 50
_LEAST_ROWS = 6
_CELLS = 600
"""That are judged of a wide table."""
_COLUMNS = 200
_LINES = 100
_HEADER_ROWS = 5
_SHOWN = 40
_IMPORT_ID = '"ImportId"'
"""In the third row of what survey tools export."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """`hint` are the options that would settle it, if they read the file."""

    code: ErrorCode
    line: int
    detail: str
    hint: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Suspicion:
    code: WarningCode
    line: int
    detail: str


@dataclass(frozen=True)
class Beginning:
    """What is judged: the first records, the header first."""

    head: Head
    dialect: Dialect
    header_rows: int = 1

    @property
    def records(self) -> list[HeadRecord]:
        return self.head.records

    @property
    def lines(self) -> list[str]:
        return self.head.lines[:_LINES]

    @property
    def header(self) -> HeadRecord:
        return self.records[0]

    @cached_property
    def rows(self) -> list[HeadRecord]:
        most = max(_LEAST_ROWS, min(_ROWS, _CELLS // self.width))
        return self.records[self.header_rows : self.header_rows + most]

    @cached_property
    def kinds(self) -> list[list[Kind | None] | None]:
        """Of the cells of the rows; None where there are more or fewer than in the header."""
        return [list(map(kind_of, row.cells[:_COLUMNS])) if len(row.cells) == self.width else None for row in self.rows]

    @cached_property
    def typed(self) -> dict[int, Kind]:
        return self.typed_from(0)

    def typed_from(self, start: int) -> dict[int, Kind]:
        """The columns of numbers, dates and the like, of the rows without the first ones."""
        columns = zip(*(kinds for kinds in self.kinds[start:] if kinds), strict=True)
        common = {number: common_kind(column) for number, column in enumerate(columns)}
        return {number: kind for number, kind in common.items() if kind not in (None, Kind.TEXT)}

    @property
    def width(self) -> int:
        return len(self.header.cells)


def header_doubt(seen: Beginning) -> Doubt | Suspicion | None:
    """Whether the first record is the header, and all of it."""
    if not seen.rows:
        return None
    checks = (_comments, _title, _further_header_rows, _data, _recurring, _names_delimiter)
    found = next((found for check in checks if (found := check(seen))), None)
    return found if found and not has_quoted_header(seen.header, seen.rows, seen.dialect) else None


def _uncertain(seen: Beginning, why: str, **hint: str | int) -> Doubt:
    detail = f"Line {seen.header.line} is not certainly the header: {why} Say where the header is."
    return Doubt(ErrorCode.UNCERTAIN_HEADER, seen.header.line, detail, tuple(hint.items()))


def _comments(seen: Beginning) -> Doubt | None:
    first = seen.header.cells[0]
    sign = next((sign for sign in COMMENT_SIGNS if first.startswith(sign)), None)
    if sign is None or begins_in_quotes(seen.header, seen.dialect):
        return None
    others = [record for record in seen.records if not record.cells[0].startswith(sign)]
    if not others or len(others) == 1 == seen.width:
        return None
    if len(others) == len(seen.records) - 1:
        # It alone: the names of the columns may begin so, and then stand above values.
        looks_so = sign == "#" and first[1:2] in (" ", "\t", "#")
        has_values = any(kind_of(cell) not in (None, Kind.TEXT) for cell in others[0].cells)
        if not looks_so or (has_values and len(others[0].cells) == seen.width):
            return None
    lines = [line for line in seen.lines if line.strip() and not line.startswith(sign)]
    dialects = (replace(seen.dialect, delimiter=delimiter) for delimiter in DELIMITERS)
    if sign != "#" and seen.width == 1 and not any(_equal_width(lines, dialect) > 1 for dialect in dialects):
        return None
    return _uncertain(seen, f"it begins with {sign}, as a comment does.", comment=sign)


def _title(seen: Beginning) -> Doubt | None:
    """A cell alone above what looks like a header."""
    first, second = seen.header.cells, seen.rows[0].cells
    if seen.width < 2 or len(second) != seen.width or not first[0].strip() or any(map(str.strip, first[1:])):
        return None
    if all(kind_of(cell) is Kind.TEXT for cell in second) and (seen.width > 2 or seen.typed_from(1)):
        return _uncertain(seen, "only its first cell has a text, as a title has.", header=seen.rows[0].line)
    return None


def _further_header_rows(seen: Beginning) -> Doubt | None:
    """Below the first record others that are not like the rest: texts, where there are numbers or dates."""
    for number, row in enumerate(seen.rows[: _HEADER_ROWS - 1], start=1):
        if any(_IMPORT_ID in cell for cell in row.cells):
            return _more_rows(seen, number)
    for start in range(1, _HEADER_ROWS):
        rest = seen.rows[start:]
        typed = seen.typed_from(start)
        if len(rest) < (2 if len(typed) > 1 else 3):
            return None
        above = [seen.header, *seen.rows[:start]]
        if typed and all(_is_text_above(record, typed, seen.width) for record in above):
            return _more_rows(seen, start)
    return None


def _more_rows(seen: Beginning, number: int) -> Doubt:
    first, last = seen.rows[0].line, seen.rows[number - 1].line
    lines = f"line {first} does" if number == 1 else f"lines {first} to {last} do"
    why = f"{lines} not look like the rows below, but like more of a header."
    if any(_IMPORT_ID in cell for cell in seen.rows[number - 1].cells):
        return _uncertain(seen, why, header_rows=number + 1)
    if seen.width > 1 and not any(map(str.strip, seen.header.cells[1:])):
        return _uncertain(seen, why, header=seen.rows[number - 1].line)  # a title, most often
    return _uncertain(seen, why, header_rows=number + 1, header=seen.rows[number - 1].line)


def _is_text_above(record: HeadRecord, typed: dict[int, Kind], width: int) -> bool:
    if len(record.cells) != width:
        return False
    kinds = [kind_of(record.cells[column]) for column in typed]
    return set(kinds) <= {Kind.TEXT, None} and Kind.TEXT in kinds


def _data(seen: Beginning) -> Doubt | Suspicion | None:
    """Values in the first record like those below, and no column with a name above values."""
    typed = seen.typed
    header = seen.header.cells
    alike = [column for column, kind in typed.items() if kind_of(header[column]) is kind]
    named = [column for column in typed if kind_of(header[column]) is Kind.TEXT]
    if not alike:
        return None
    numbers = [header[column] for column in alike]
    below = seen.rows[0].cells
    if is_series(numbers) and len(below) == seen.width:
        if is_series([below[column] for column in alike]):
            named = []
        elif named or len(alike) < seen.width:
            return None
        else:
            return _suspicious(seen, "Its cells are numbers; they were used as the names of the columns.")
    elif are_years(numbers) and not are_years([cell for cell in _column(seen, alike[0]) if cell.strip()]):
        return None
    value = quoted(shorten(header[alike[0]], _SHOWN))
    if named:
        return _suspicious(seen, f"{value} looks like a value; it was used as a column's name.")
    return _uncertain(seen, f"{value} looks like the values below.", header=0)


def _column(seen: Beginning, column: int) -> list[str]:
    return [row.cells[column] for row in seen.rows if len(row.cells) == seen.width]


def _suspicious(seen: Beginning, detail: str) -> Suspicion:
    return Suspicion(WarningCode.UNCERTAIN_HEADER, seen.header.line, detail)


def _recurring(seen: Beginning) -> Doubt | Suspicion | None:
    """Texts of the first record that are values of the same column."""
    header = seen.header.cells
    if seen.typed:
        return _title_with_blanks(seen) if not _named(seen) else None
    others = [row.cells for row in seen.rows if row.cells != header and len(row.cells) == seen.width]
    times = [sum(row[column] == cell for row in others) if cell.strip() else 0 for column, cell in enumerate(header)]
    column = max(range(seen.width), key=times.__getitem__)
    if not times[column]:
        return _title_with_blanks(seen)
    value = quoted(shorten(header[column], _SHOWN))
    if times[column] > 1 or sum(map(bool, times)) > 1:
        return _uncertain(seen, f"{value} is a value of its column further below too.", header=0)
    return _suspicious(seen, f"{value} is a value of its column too; it was used as the column's name.")


def _named(seen: Beginning) -> bool:
    return any(kind_of(seen.header.cells[column]) is Kind.TEXT for column in seen.typed)


def _title_with_blanks(seen: Beginning) -> Suspicion | None:
    """A sentence that holds the delimiter has a blank behind it; the cells of the table have none."""
    padded = any(cell.startswith(" ") for cell in seen.header.cells[1:])
    if not padded or any(cell.startswith(" ") for row in seen.rows for cell in row.cells[1:]):
        return None
    return _suspicious(seen, "It reads like a sentence; it was used as the header.")


def _names_delimiter(seen: Beginning) -> Suspicion | None:
    if seen.width > 1 or not SEP_LINE.fullmatch(seen.header.cells[0]):
        return None
    return _suspicious(seen, "It may only name the delimiter, which nothing below has; it was used as the header.")


# -- delimiter and quotes


def delimiter_doubt(seen: Beginning) -> Doubt | Suspicion | None:
    """Whether another sign divides all lines into as many cells."""
    lines = [line for line in seen.lines if line.strip()]
    if len(lines) < 2:
        return None
    text = "".join(lines)
    is_sure = seen.width > 1 and has_clean_quotes(text, seen.dialect)
    for sign in _signs(lines[0], seen.dialect):
        other = replace(seen.dialect, delimiter=sign)
        if _equal_width(lines, other) < 2 or (is_sure and not has_clean_quotes(text, other)):
            continue
        if sign not in SURE_SIGNS and (seen.width > 1 or not is_table(lines, other)):
            if sign not in DELIMITERS:
                continue
            taken = sign_in_words(seen.dialect.delimiter)
            detail = f"{sign_in_words(sign)} is in each line as often. {taken} was used as the delimiter."
            return Suspicion(WarningCode.UNCERTAIN_DELIMITER, seen.header.line, detail)
        detail = f"{sign_in_words(sign)} is in each line as often, and may divide the cells. Choose the delimiter."
        return Doubt(ErrorCode.UNCERTAIN_DELIMITER, seen.header.line, detail, (("delimiter", sign),))
    return None


def _signs(line: str, dialect: Dialect) -> Iterator[str]:
    known = {dialect.delimiter, dialect.quote, dialect.escape, '"', "'", "\r", "\n"}
    signs = dict.fromkeys(sign for sign in line if not sign.isalnum() and sign not in known)
    yield from (sign for sign in signs if sign in SURE_SIGNS or sign in DELIMITERS)
    yield from (sign for sign in signs if sign not in SURE_SIGNS and sign not in DELIMITERS)


def _equal_width(lines: Sequence[str], dialect: Dialect) -> int:
    """The number of cells that each of the lines has; 0 where they differ."""
    sign, quote = dialect.delimiter, dialect.quote
    if not all(sign in line or (quote and quote in line) for line in lines):
        return 0
    records = [record for record in dialect.parser(lines) if record]
    widths = set(map(len, records))
    if len(widths) != 1 or not any(record[-1] for record in records):
        return 0
    return widths.pop()


def is_table(lines: Sequence[str], dialect: Dialect) -> bool:
    """Whether a sign that texts have as well makes a table of them: names above numbers and the like."""
    header, *rows = dialect.parser(lines)
    if len(rows) < 2 or (dialect.delimiter == " " and len(header) < 3):
        return False
    columns = zip(*rows[:_ROWS], strict=False)
    typed = any(common_kind(map(kind_of, column)) not in (None, Kind.TEXT) for column in columns)
    return typed and all(kind_of(cell) is Kind.TEXT for cell in header)


def sign_in_words(sign: str) -> str:
    names = {"\t": "A tab", " ": "A blank", ",": "A comma", ";": "A semicolon"}
    return names.get(sign) or (f"“{sign}”" if sign.isprintable() else f"the character U+{ord(sign):04X}")


def quote_doubt(seen: Beginning) -> Doubt | Suspicion | None:
    """Whether cells stand in single quotes, perhaps with delimiters between them."""
    if not any("'" in line for line in seen.lines):
        return None
    split, whole = [], []
    for record in seen.records[:_ROWS]:
        cells = [cell for cell in record.cells if len(cell) > 1]
        opened = [number for number, cell in enumerate(cells) if cell[0] == "'" != cell[-1]]
        closed = [number for number, cell in enumerate(cells) if cell[-1] == "'" != cell[0]]
        if opened and closed and opened[0] < closed[-1]:
            split.append(record)
        if any(cell[0] == "'" == cell[-1] for cell in cells):
            whole.append(record)
    if split and len(split) + len(whole) > 1:
        detail = (
            f"Line {split[0].line}: cells seem to be in single quotes that contain the delimiter. Choose the quote."
        )
        return Doubt(ErrorCode.UNCERTAIN_QUOTE, split[0].line, detail, (("quote", "'"),))
    if split or len(whole) > len(seen.records) / 2:
        detail = "Cells seem to be in single quotes, which were kept as text."
        return Suspicion(WarningCode.UNCERTAIN_QUOTE, (split or whole)[0].line, detail)
    return None

"""ODS (OpenDocument 1.3): its cells hold the text that they show beside their value, and that text is read.

A sheet is found by reading the document up to it: all sheets are in one part.
"""

from collections.abc import Generator
from contextlib import closing
from functools import partial

from experiments.core.choices import ErrorCode
from experiments.ingest.errors import FileTooLarge, Limits
from experiments.ingest.workbook.cell_range import MOST_ROWS
from experiments.ingest.workbook.parts import Part, Parts, bad_workbook, damaged, locked
from experiments.ingest.workbook.sheet import Cells, Sheet, SheetFacts
from experiments.ingest.workbook.xml_stream import TextHandler, XmlHandler, feed, local_name, read_part

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_HIDDEN = ("collapse", "filter")
_MOST_BLANKS = 10_000
_PIECE_BYTES = 8 * 1024
"""A short row can stand for many cells."""
_BESIDE = (
    *(
        "annotation",
        "shapes",
        "frame",
        "custom-shape",
        "g",
        "object",
        "control",
        "caption",
        "connector",
        "line",
        "rect",
    ),
    *("circle", "ellipse", "polygon", "polyline", "path", "measure", "regular-polygon", "page-thumbnail", "scene"),
)
"""Notes and drawings: their text is none of the cell."""


def sheets_of_ods(parts: Parts, limits: Limits) -> list[Sheet]:
    """The tables of the document in its order."""
    if _CONTENT not in parts:
        raise bad_workbook(
            "This isn’t an ODS spreadsheet. Open it in LibreOffice or Excel, and save it as .ods or .xlsx."
        )
    if _MANIFEST in parts:
        manifest = _ManifestHandler()
        with parts.open(_MANIFEST) as part:
            read_part(part, manifest)
        if manifest.is_locked:
            raise locked()
    names = _NameHandler()
    with parts.open(_CONTENT) as part:
        read_part(part, names)
    return [
        Sheet(name, style not in names.hidden_styles, partial(_rows, parts, number, limits))
        for number, (name, style) in enumerate(names.sheets)
    ]


class _ManifestHandler(XmlHandler):
    is_locked = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        self.is_locked = self.is_locked or local_name(name) == "encryption-data"


class _NameHandler(XmlHandler):
    """Name and style of each table, and the styles of hidden ones."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.hidden_styles: set[str] = set()
        self._style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        match local_name(name):
            case "table":
                self.sheets.append((_value(attributes, "name"), _value(attributes, "style-name")))
            case "style":
                self._style = _value(attributes, "name")
            case "table-properties" if _value(attributes, "display") == "false":
                self.hidden_styles.add(self._style)


def _value(attributes: dict[str, str], wanted: str) -> str:
    return next((value for name, value in attributes.items() if local_name(name) == wanted), "")


def _rows(parts: Parts, number: int, limits: Limits, facts: SheetFacts) -> Generator[tuple[int, int, Cells]]:
    with parts.open(_CONTENT) as part:
        yield from _rows_of_part(part, _RowHandler(number, limits, facts))


def _rows_of_part(part: Part, handler: "_RowHandler") -> Generator[tuple[int, int, Cells]]:
    with closing(feed(part, handler, piece_bytes=_PIECE_BYTES)) as pieces:  # type: ignore[type-var]  # a generator
        for _ in pieces:
            rows, handler.rows = handler.rows, []
            yield from rows
            if handler.is_behind:
                return


class _RowHandler(TextHandler):
    """Gathers the rows of the table with this number."""

    def __init__(self, number: int, limits: Limits, facts: SheetFacts) -> None:
        super().__init__(limits)
        self.rows: list[tuple[int, int, Cells]] = []
        self.is_behind = False
        self._left, self._limits, self._facts = number + 1, limits, facts
        self._kinds: dict[str, str] = {}
        self._row, self._count, self._column, self._repeat = 1, 1, 0, 1
        self._cells, self._paragraphs, self._notes = Cells(), 0, 0
        self._formula_only = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.level += 1
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = local_name(name)
        if kind == "table":
            self._left -= 1
            self.is_behind = self._left < 0
        if self._left:
            return
        if kind in ("table-cell", "covered-table-cell"):
            self._start_cell(attributes)
        elif kind == "p" and not self._notes:
            if self._paragraphs:
                self.taken += "\n"
            self._paragraphs += 1
            self.taking = True
        elif kind == "s" and self.taking:
            self.text(" " * _number(attributes, "c", most=_MOST_BLANKS))
        elif kind in ("tab", "line-break") and self.taking:
            self.text("\t" if kind == "tab" else "\n")
        elif kind in _BESIDE:
            self._notes += 1
            self.taking = False
        elif kind == "table-row":
            self._count = _number(attributes, "number-rows-repeated", most=MOST_ROWS)
            self._column, self._cells = 0, []
            if _value(attributes, "visibility") in _HIDDEN:
                self._facts.hidden_rows += self._count
        elif kind == "table-column" and _value(attributes, "visibility") in _HIDDEN:
            self._facts.hidden_columns += _number(attributes, "number-columns-repeated", most=MOST_ROWS)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._repeat = _number(attributes, "number-columns-repeated", most=MOST_ROWS)
        self._paragraphs = 0
        self._formula_only = False
        if attributes:
            if (
                max(
                    _number(attributes, "number-columns-spanned", most=MOST_ROWS),
                    _number(attributes, "number-rows-spanned", most=MOST_ROWS),
                )
                > 1
            ):
                self._facts.merged += 1
            self._formula_only = bool(_value(attributes, "formula")) and not _value(attributes, "value-type")

    def end(self, name: str) -> None:
        self.level -= 1
        if self._left:
            return
        kind = self._kinds[name]
        if kind == "p" and not self._notes:
            self.taking = False
        elif kind in _BESIDE:
            self._notes -= 1
        elif kind == "table-cell":
            self._end_cell()
        elif kind == "covered-table-cell":
            self.taken = ""
            self._column += self._repeat
        elif kind == "table-row":
            if self._cells:
                self.rows.append((self._row, self._count, self._cells))
            self._row += self._count
            if self._row > 2 * MOST_ROWS:
                raise damaged("a sheet has more rows than a spreadsheet can")

    def _end_cell(self) -> None:
        text, self.taken = self.taken, ""
        if text:
            if len(self._cells) + self._repeat > self._limits.max_columns:
                raise self._limits.too_many_columns(self._row)
            if len(text) * self._repeat > self._limits.max_row_chars:
                detail = f"Line {self._row} has more than {self._limits.max_row_chars:,} characters. Shorten its cells."
                raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=self._row)
            self._cells.extend((self._column + at, text) for at in range(self._repeat))
        elif self._formula_only:
            self._facts.without_value += 1
            self._facts.first_without_value = self._facts.first_without_value or (self._row, self._column)
        self._column += self._repeat


def _number(attributes: dict[str, str], name: str, *, most: int) -> int:
    """1 where it isn't given."""
    given = _value(attributes, name) if attributes else ""
    if not given:
        return 1
    try:
        number = int(given)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise damaged(f"{name} is {given[:20]}")
    return max(1, number)

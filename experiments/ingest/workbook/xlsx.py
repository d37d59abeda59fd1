"""XLSX (ECMA-376): the sheets of a workbook, and their rows as the workbook's own formats show them."""

import posixpath
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import lru_cache, partial

from experiments.ingest.errors import Limits
from experiments.ingest.workbook.cell_range import MOST_COLUMNS, MOST_ROWS, CellRange, column_number
from experiments.ingest.workbook.number_formats import Formatter, formatter, general, text_format
from experiments.ingest.workbook.parts import Parts, bad_workbook, damaged
from experiments.ingest.workbook.shared_strings import SharedStrings, unescaped
from experiments.ingest.workbook.sheet import Cells, Sheet, SheetFacts
from experiments.ingest.workbook.xml_stream import TextHandler, XmlHandler, feed, local_name, read_part

_LONGEST_NUMBER = 60
_CACHED = 1024
_BOOLEANS = {"1": "TRUE", "0": "FALSE"}


def sheets_of_xlsx(parts: Parts, limits: Limits) -> list[Sheet]:
    """The worksheets in the workbook's order; charts and macros are none."""
    book, handler = _book(parts)
    related = _relationships(parts, book)
    by_kind = dict(related.values())
    strings = SharedStrings(parts, by_kind.get("sharedStrings"), limits)
    styles = _Styles(parts, by_kind.get("styles"), is_1904=handler.is_1904)
    return [
        Sheet(name, state == "visible", partial(_rows, parts, related[key][1], strings, styles, limits))
        for name, key, state in handler.sheets
        if related.get(key, ("",))[0] == "worksheet"
    ]


def sheet_names_of_xlsx(parts: Parts) -> list[str]:
    """Of all sheets, without reading them."""
    return [name for name, _, _ in _book(parts)[1].sheets]


def _book(parts: Parts) -> tuple[str, "_BookHandler"]:
    """The part that lists the sheets, and what it says."""
    book = next((path for kind, path in _relationships(parts, "").values() if kind == "officeDocument"), None)
    if book is None or book.endswith(".bin"):
        raise bad_workbook("This isn’t an XLSX workbook. Open it in Excel or LibreOffice, and save it as .xlsx.")
    handler = _BookHandler()
    with parts.open(book) as part:
        read_part(part, handler)
    return book, handler


class _RelationshipHandler(XmlHandler):
    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        if local_name(name) == "Relationship" and attributes.get("TargetMode") != "External":
            self.found.append(attributes)


def _relationships(parts: Parts, source: str) -> dict[str, tuple[str, str]]:
    """By id: the kind, which is the end of its type, and the part that is meant."""
    folder, name = posixpath.split(source)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    handler = _RelationshipHandler()
    if path in parts:
        with parts.open(path) as part:
            read_part(part, handler)
    return {
        one.get("Id", ""): (
            one.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, one.get("Target", "").replace("\\", "/"))),
        )
        for one in handler.found
    }


class _BookHandler(XmlHandler):
    """Name, id of the relationship and state of each sheet."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.is_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        match local_name(name):
            case "sheet":
                key = next((value for key, value in attributes.items() if local_name(key) == "id"), "")
                self.sheets.append((attributes.get("name", ""), key, attributes.get("state", "visible")))
            case "workbookPr":
                self.is_1904 = attributes.get("date1904") in ("1", "true")


class _Styles:
    """How the cells of each style show a number and a text."""

    def __init__(self, parts: Parts, name: str | None, *, is_1904: bool) -> None:
        self._handler = _StyleHandler()
        self._is_1904 = is_1904
        self._formatters: dict[str, Formatter] = {}
        self._texts: dict[str, str | None] = {}
        if name and name in parts:
            with parts.open(name) as part:
                read_part(part, self._handler)

    def formatter(self, style: str) -> Formatter:
        found = self._formatters.get(style)
        if found is None:
            number, code = self._format(style)
            shown = general if number is None else formatter(number, code, is_1904=self._is_1904)
            # Days and amounts come again and again.
            found = self._formatters[style] = shown if shown is general else lru_cache(_CACHED)(shown)
        return found

    def text(self, style: str) -> str | None:
        if style not in self._texts:
            self._texts[style] = text_format(self._format(style)[1])
        return self._texts[style]

    def _format(self, style: str) -> tuple[int | None, str | None]:
        try:
            number = int(self._handler.styles[int(style)])
        except (ValueError, IndexError):
            return None, None
        return number, self._handler.codes.get(str(number))


class _StyleHandler(XmlHandler):
    """Codes of formats by number, and the number of the format of each style."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.styles: list[str] = []
        self._in_styles = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        match local_name(name):
            case "numFmt":
                self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "cellXfs":
                self._in_styles = True
            case "xf" if self._in_styles:
                self.styles.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        super().end(name)
        if local_name(name) == "cellXfs":
            self._in_styles = False


# -- rows


def _rows(
    parts: Parts, name: str, strings: SharedStrings, styles: _Styles, limits: Limits, facts: SheetFacts
) -> Generator[tuple[int, int, Cells]]:
    with parts.open(name) as part:
        handler = _RowHandler(strings, styles, limits, facts)
        with closing(feed(part, handler)) as pieces:  # type: ignore[type-var]  # a generator
            for _ in pieces:
                yield from handler.take()


class _RowHandler(TextHandler):
    """Gathers the rows of a sheet."""

    def __init__(self, strings: SharedStrings, styles: _Styles, limits: Limits, facts: SheetFacts) -> None:
        super().__init__(limits)
        self._strings, self._styles, self._facts = strings, styles, facts
        self._rows: list[tuple[int, int, Cells]] = []
        self._kinds: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._row, self._cells, self._column = 0, Cells(), -1
        self._type = self._style = ""
        self._phonetic, self._has_formula = 0, False

    def take(self) -> Iterator[tuple[int, int, Cells]]:
        rows, self._rows = self._rows, []
        return iter(rows)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.level += 1
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = local_name(name)
        if kind == "c":
            reference = attributes.get("r")
            column = self._column + 1 if reference is None else self._column_of(reference)
            if column <= self._column:
                raise damaged(f"row {self._row:,} has its cells in no order")
            self._column = column
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._has_formula = False
        elif kind == "v":
            self.taking = True
        elif kind == "t":
            self.taking = self._type == "inlineStr" and not self._phonetic
        elif kind == "f":
            self._has_formula = True
        elif kind == "row":
            self._start_row(attributes)
        elif kind == "rPh":
            self._phonetic += 1
        elif kind == "dimension":
            self._facts.declared = CellRange.parse(attributes.get("ref", ""))
        elif kind == "mergeCell":
            self._facts.merged += 1
        elif kind == "col" and attributes.get("hidden") in ("1", "true"):
            self._facts.hidden_columns += 1

    def end(self, name: str) -> None:
        self.level -= 1
        kind = self._kinds[name]
        if kind == "v" or kind == "t":
            self.taking = False
        elif kind == "c":
            self._end_cell()
        elif kind == "row":
            if self._cells:
                self._rows.append((self._row, 1, self._cells))
                self._cells = []
        elif kind == "rPh":
            self._phonetic -= 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        try:
            number = self._row + 1 if given is None else int(given)
        except ValueError:
            number = 0
        if not self._row < number <= MOST_ROWS:
            raise damaged(f"row {given} comes behind row {self._row:,}")
        self._row, self._column = number, -1
        if attributes.get("hidden") in ("1", "true"):
            self._facts.hidden_rows += 1

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = column_number(letters)
            if not 0 <= column < MOST_COLUMNS:
                raise damaged(f"a cell is named {reference[:20]}")
        return column

    def _end_cell(self) -> None:
        raw, self.taken = self.taken, ""
        if raw:
            shown = self._shown(raw)
            if shown:
                self._cells.append((self._column, shown))
        elif self._has_formula and self._type != "str":
            self._facts.without_value += 1
            if self._facts.first_without_value is None:
                self._facts.first_without_value = (self._row, self._column)

    def _shown(self, raw: str) -> str:
        kind = self._type
        if kind == "n":
            if len(raw) > _LONGEST_NUMBER:
                return raw
            return self._styles.formatter(self._style)(raw) if self._style else general(raw)
        if kind == "s":
            try:
                text = self._strings[int(raw)]
            except ValueError as error:
                raise damaged(f"a cell of row {self._row:,} asks for the shared text “{raw[:20]}”") from error
        elif kind == "b":
            return _BOOLEANS.get(raw.strip(), raw)
        elif kind in ("e", "d"):
            return raw
        else:
            text = unescaped(raw) if "_x" in raw else raw
        pattern = self._styles.text(self._style) if self._style else None
        return text if pattern is None or not text else pattern.replace("\0", text)

"""Which sheet of a workbook is read, and which of its cells."""

from collections.abc import Sequence
from contextlib import closing

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.ingest.errors import RejectedFile
from experiments.ingest.workbook.cell_range import CellRange
from experiments.ingest.workbook.sheet import Sheet, SheetFacts

_NAMED = 20
"""Sheets that a sentence names."""


def choose_sheet(sheets: Sequence[Sheet], wanted: str | None) -> tuple[Sheet, str | None]:
    """The sheet, and where it was not chosen by name, what is to be said about others that hold something."""
    if not sheets:
        raise RejectedFile("The workbook has no sheets with cells.", code=ErrorCode.EMPTY_FILE)
    if wanted is not None:
        return _named(sheets, wanted), None
    filled = [sheet for sheet in sheets if _has_content(sheet)] if len(sheets) > 1 else list(sheets)
    visible = next((sheet for sheet in filled if sheet.is_visible), None)
    if visible is None and len(filled) == 1:
        visible = filled[0]
    if visible is None:
        what = (
            f"Only hidden sheets hold something: {_names(filled)}. Choose one." if filled else "Its sheets are empty."
        )
        raise RejectedFile(what, code=ErrorCode.EMPTY_FILE)
    others = [sheet for sheet in filled if sheet is not visible]
    if not others:
        return visible, None
    read = f"The sheet {quoted(visible.name)} was read, the first one that isn’t empty"
    return visible, f"{read}. Not read: {_names(others)}. Choose a sheet if it should be another one."


def _named(sheets: Sequence[Sheet], wanted: str) -> Sheet:
    key = wanted.strip().casefold()
    found = [sheet for sheet in sheets if sheet.name == wanted]
    found = found or [sheet for sheet in sheets if sheet.name.strip().casefold() == key]
    if not found:
        detail = f"The workbook has no sheet {quoted(wanted[:60])}. Its sheets: {_names(sheets)}."
        raise InvalidInput(detail, code=ErrorCode.UNKNOWN_SHEET, attr="sheet")
    return found[0]


def _names(sheets: Sequence[Sheet]) -> str:
    names = [quoted(sheet.name) + ("" if sheet.is_visible else " (hidden)") for sheet in sheets[:_NAMED]]
    more = len(sheets) - _NAMED
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def _has_content(sheet: Sheet) -> bool:
    with closing(sheet.read(SheetFacts())) as rows:  # type: ignore[type-var]  # a generator
        return any(text.strip() for _, _, cells in rows for _, text in cells)


def parse_range(text: str) -> CellRange:
    """`InvalidInput` where it is none."""
    found = CellRange.parse(text)
    if found is None or ":" not in text:
        detail = f"{quoted(text[:40])} isn’t a range of cells. Write it as B3:F200, or B3:F for all rows below."
        raise InvalidInput(detail, code=ErrorCode.INVALID_RANGE, attr="range")
    return found

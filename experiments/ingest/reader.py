"""Open a table file of any format, or only its beginning."""

from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from experiments.core.choices import ErrorCode
from experiments.ingest.errors import Limits, RejectedFile
from experiments.ingest.formats import format_of_file, has_known_suffix
from experiments.ingest.magic import refuse_documents, refuse_other_formats
from experiments.ingest.options import ReadOptions
from experiments.ingest.packed import PackedFile, Packing, Source, is_shorter, name_inside, packing_of
from experiments.ingest.table import Table

_HEAD_BYTES = 8 * 1024
_NO_OPTIONS = ReadOptions()
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a table: its first rows, and the table itself with the warnings up to there."""

    table: Table
    rows: list[list[str]]


def open_table(
    path: Path | str, *, filename: str, options: ReadOptions = _NO_OPTIONS, limits: Limits = _DEFAULT_LIMITS
) -> Table:
    """Detect how to read the file, read its header and check its first row.

    `filename` is the name the file was sent under: its format goes by that (`format_of_file`).
    Raises `RejectedFile` for the file (`FileTooLarge` beyond the limits), `InvalidInput` for impossible options.
    """
    path = Path(path)
    limits.check_size(path.stat().st_size)
    packing = packing_of(filename)
    if packing:
        table = _open_packed(path, packing, filename, options, limits)
    else:
        head, ingest_format = _head(path), format_of_file(filename)
        if ingest_format.is_text:
            refuse_other_formats(head, may_be_json=ingest_format.is_json)
        table = ingest_format.table(path, head, options, limits)
    with closing(table.rows()) as rows:
        next(rows, None)
    return table


def sheets_of_file(path: Path | str, *, filename: str, limits: Limits = _DEFAULT_LIMITS) -> list[str]:
    """The names of a workbook's sheets; none where the file is no workbook, or a broken one."""
    names = format_of_file(filename).sheets
    if names is None or packing_of(filename):
        return []
    try:
        return names(Path(path), _head(Path(path)), limits)
    except RejectedFile:
        return []


def _open_packed(path: Path, packing: Packing, filename: str, options: ReadOptions, limits: Limits) -> Table:
    head = _head(path)
    if not head.startswith(packing.magic):
        refuse_other_formats(head)
        detail = f"The name ends with {packing.suffix}, but this isn’t a {packing.kind} archive. Rename the file."
        raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)
    if packing.suffix == ".zip":
        refuse_documents(head)
    ingest_format = format_of_file(name_inside(path, packing, filename, is_known=has_known_suffix))
    file = PackedFile(path, packing, limits)
    head = _head(file)
    if not head:
        raise RejectedFile("The file in the archive is empty.", code=ErrorCode.EMPTY_FILE)
    refuse_other_formats(head, may_be_json=ingest_format.is_json, is_packed=True)
    if not ingest_format.is_text:
        detail = f"The archive holds a file named as {ingest_format.label}, which it isn’t. Unpack it and look at it."
        raise RejectedFile(detail, code=ErrorCode.BAD_ARCHIVE)
    return ingest_format.table(file, head, options, limits)


def is_larger(path: Path, *, filename: str, size: int) -> bool:
    """Whether the file has more bytes than that, unpacked. A damaged archive has what can be unpacked of it."""
    packing, unpacked_bytes = packing_of(filename), format_of_file(filename).unpacked_bytes
    if packing is None or path.stat().st_size > size:
        return path.stat().st_size > size or (unpacked_bytes is not None and unpacked_bytes(path) > size)
    try:
        return not is_shorter(PackedFile(path, packing, Limits()), size + 1)
    except RejectedFile:
        return False


def _head(source: Source) -> bytes:
    with source.open("rb") as file:
        return file.read(_HEAD_BYTES)


def parse_preview(
    path: Path | str,
    *,
    filename: str,
    options: ReadOptions = _NO_OPTIONS,
    limits: Limits = _DEFAULT_LIMITS,
    limit: int = 50,
) -> Preview:
    """Open the table and read its first `limit` rows. Raises as `open_table` does."""
    table = open_table(path, filename=filename, options=options, limits=limits)
    with closing(table.rows()) as rows:
        return Preview(table, list(islice(rows, limit)))

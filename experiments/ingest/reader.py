"""Open a table file of any format, or only its beginning."""

from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from experiments.ingest.errors import Limits
from experiments.ingest.formats import format_of_file
from experiments.ingest.magic import refuse_other_formats
from experiments.ingest.options import ReadOptions
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
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    ingest_format = format_of_file(filename)
    if ingest_format.is_text:
        refuse_other_formats(head, may_be_json=ingest_format.is_json)
    table = ingest_format.table(path, head, options, limits)
    with closing(table.rows()) as rows:
        next(rows, None)
    return table


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

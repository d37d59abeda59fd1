"""A draft's file as the page of its upload shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from csv_batches.models import CsvBatch, Upload
from csv_batches.services import store_rows, uploads
from csv_batches.wizard.upload import cells
from csv_batches.wizard.upload.cells import Part
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import count
from experiments.ingest import ReadOptions, encoding_names, parse_preview

DELIMITERS = {",": "comma  ,", ";": "semicolon  ;", "tab": "tab", "|": "pipe  |"}
JSONL = (".jsonl", ".ndjson")
OTHER = "other"


@dataclass(frozen=True)
class Choice:
    """A way to read the file that may help: `fields` are sent, `lines` are `{line, text}` as they read then."""

    label: str
    fields: tuple[tuple[str, str], ...]
    lines: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a file was not taken, where, and what may help."""

    name: str
    detail: str
    line: int | None
    column: int | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Options:
    """The choices of how the file is read. `delimiters` is empty where the format has none."""

    common: tuple[Option, ...]
    others: tuple[Option, ...]
    delimiters: tuple[Option, ...]
    own_delimiter: str
    header: bool
    pad: bool


@dataclass(frozen=True)
class FilePage:
    """`name` and `size` are of the file that is shown: the one on its way, else the one that the rows are from."""

    name: str
    size: str
    rows: int
    columns: int
    is_reading: bool
    rows_read: int
    refusal: Refusal | None
    options: Options | None
    warnings: Sequence[Mapping[str, Any]]
    part: Part | None


def of_batch(batch: CsvBatch, start: int = 1, chosen: ReadOptions | None = None) -> FilePage:
    """`chosen` are options that were not taken: they are shown as they were chosen."""
    arriving = batch.arriving
    name, size = (arriving.name, arriving.size) if arriving else (batch.source_name, batch.source_size or 0)
    stored = arriving.options if arriving else batch.read_options
    options = chosen or store_rows.options_of(stored)
    has_file = bool(arriving or batch.source)
    return FilePage(
        name=name,
        size=in_bytes(size) if name else "",
        rows=batch.total,
        columns=len(batch.columns),
        is_reading=batch.is_being_read,
        rows_read=arriving.rows if arriving else 0,
        refusal=refusal_of(arriving),
        options=options_of(name, options, None if arriving else batch) if has_file else None,
        warnings=[] if batch.is_being_read else batch.warnings,
        part=_part(batch, arriving, start),
    )


def _part(batch: CsvBatch, arriving: Upload | None, start: int) -> Part | None:
    if arriving is not None and arriving.state == Upload.State.PARSING:
        return _beginning(arriving, start)
    return cells.of_batch(batch, start) if batch.total else None


def _beginning(upload: Upload, start: int) -> Part | None:
    """Of a file that is still being read; None where even that cannot be read, which the worker is about to say."""
    options = store_rows.options_of(upload.options)
    try:
        preview = parse_preview(
            uploads.file_of(upload), filename=upload.name, options=options, limits=store_rows.limits(), limit=cells.ROWS
        )
    except WorkbenchError:
        return None
    return cells.of_rows([column.name for column in preview.table.columns], preview.rows, start)


# -- what was refused


def refusal_of(upload: Upload | None) -> Refusal | None:
    if upload is None or upload.state != Upload.State.FAILED:
        return None
    return refused(upload.name, upload.errors[0], store_rows.options_of(upload.options))


def refused(name: str, error: Mapping[str, Any], options: ReadOptions) -> Refusal:
    """Of an error as it is stored: `{code, detail, line?, column?, guess?, preview?, alternatives?}`."""
    return Refusal(
        name=name,
        detail=error["detail"],
        line=error.get("line"),
        column=error.get("column"),
        choices=(*_encodings(error, options), *_filled(error, options)),
    )


def _encodings(error: Mapping[str, Any], options: ReadOptions) -> list[Choice]:
    found = [{"encoding": error["guess"], "preview": error.get("preview", [])}] if error.get("guess") else []
    return [
        Choice(
            f"Read it as {encoding_names.label(one['encoding'])}",
            fields_of(replace(options, encoding=one["encoding"])),
            tuple(one["preview"]),
        )
        for one in (*found, *error.get("alternatives", []))
    ]


def _filled(error: Mapping[str, Any], options: ReadOptions) -> list[Choice]:
    if error["code"] != "ragged_row" or error.get("found", 0) >= error.get("expected", 0):
        return []
    return [Choice("Fill short rows with empty cells", fields_of(replace(options, ragged="pad")))]


# -- how it is read


def fields_of(options: ReadOptions) -> tuple[tuple[str, str], ...]:
    """The options as the fields of a form."""
    delimiter, own = _delimiter(options)
    return (
        ("encoding", options.encoding or ""),
        ("delimiter", delimiter),
        ("own_delimiter", own),
        ("header", "1" if options.header else "0"),
        ("ragged", options.ragged),
    )


def _delimiter(options: ReadOptions) -> tuple[str, str]:
    given = "tab" if options.delimiter == "\t" else options.delimiter or ""
    return (given, "") if not given or given in DELIMITERS else (OTHER, given)


def options_of(name: str, options: ReadOptions, found_in: CsvBatch | None) -> Options:
    """`found_in` is the batch whose file was read with them: it says what was found out."""
    encoding = encoding_names.canonical(options.encoding) if options.encoding else ""
    delimiter, own = _delimiter(options)
    known = {} if not encoding or encoding in encoding_names.LABELS else {encoding: options.encoding or ""}
    detected = found_in.encoding if found_in and not options.encoding else ""
    automatic = Option("", f"Find out: {encoding_names.label(detected)}" if detected else "Find out", not encoding)
    return Options(
        common=(automatic, *_listed(encoding_names.COMMON | known, encoding)),
        others=_listed(encoding_names.OTHERS, encoding),
        delimiters=() if name.lower().endswith(JSONL) else _delimiters(delimiter, found_in),
        own_delimiter=own,
        header=options.header,
        pad=options.ragged == "pad",
    )


def _delimiters(chosen: str, found_in: CsvBatch | None) -> tuple[Option, ...]:
    found = found_in.delimiter if found_in and not chosen else ""
    word = DELIMITERS.get("tab" if found == "\t" else found, found)
    automatic = Option("", f"Find out: {word}" if found else "Find out", not chosen)
    return (automatic, *_listed(DELIMITERS, chosen), Option(OTHER, "another character", chosen == OTHER))


def _listed(labels: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, label, value == chosen) for value, label in labels.items())


# -- sizes


def in_bytes(size: int) -> str:
    """`812 bytes`, `41.2 KB`, `2 GB`: units of 1,024, as the limits are."""
    for unit, name in ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


def most() -> dict[str, str]:
    """What is taken at most, in words, and the bytes for a check in the browser."""
    return {
        "bytes": str(settings.UPLOAD_MAX_BYTES),
        "size": in_bytes(settings.UPLOAD_MAX_BYTES),
        "exact": count(settings.UPLOAD_MAX_BYTES),
        "rows": count(settings.UPLOAD_MAX_ROWS),
        "columns": count(settings.UPLOAD_MAX_COLUMNS),
        "cell": in_bytes(settings.UPLOAD_MAX_CELL),
    }

"""What the upload step shows of a draft's file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models.fields.files import FieldFile

from csv_batches.models import CsvBatch
from csv_batches.rules.choices import UploadState
from csv_batches.services import store_rows, uploads
from csv_batches.wizard.upload.read_options import Refusal, refusal_of_upload
from csv_batches.wizard.upload.warning_groups import WarningGroup, groups_of_warnings
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import count, counted, size_in_words
from experiments.ingest import (
    INGEST_FORMATS,
    ReadOptions,
    file_dialog_types,
    format_labels,
    format_of_file,
    packed_suffixes,
    parse_preview,
    sheets_of_file,
)
from experiments.web import first_rows
from experiments.web.first_rows import FirstRows
from experiments.web.read_form import ReadForm, read_form


@dataclass(frozen=True)
class FilePage:
    """`name` and `size` are of the file that is shown: the one on its way, or else the one that the rows are from."""

    name: str
    size: str
    rows: int
    columns: int
    is_reading: bool
    rows_read: int
    refusal: Refusal | None
    options: ReadForm | None
    warnings: Sequence[WarningGroup]
    rejects: int
    has_rejects_file: bool
    first_rows: FirstRows | None

    @property
    def notes(self) -> int:
        """How many notes the file has: kinds of warnings, and rows that were left out."""
        return len(self.warnings) + bool(self.rejects)


def file_page(batch: CsvBatch, start: int = 1, refused_options: ReadOptions | None = None) -> FilePage:
    """Columns from number `start` on. Options that were refused are shown as they were chosen."""
    upload = batch.arriving
    name, size = (upload.name, upload.size) if upload else (batch.source_name, batch.source_size or 0)
    options = refused_options or store_rows.options_of(upload.options if upload else batch.read_options)
    source = (upload and upload.file) or batch.source
    return FilePage(
        name=name,
        size=size_in_words(size) if name else "",
        rows=batch.total,
        columns=len(batch.columns),
        is_reading=batch.is_being_read,
        rows_read=upload.rows if upload else 0,
        refusal=refusal_of_upload(upload),
        options=read_options_form(name, options, None if upload else batch, source) if source else None,
        warnings=[] if batch.is_being_read else groups_of_warnings(batch.warnings),
        rejects=0 if batch.is_being_read else batch.reject_count,
        has_rejects_file=bool(batch.rejects),
        first_rows=first_rows_of_draft(batch, start),
    )


def says_of_file(file: FilePage) -> str:
    """For the end of the page."""
    if file.is_reading:
        return "The file is being read."
    return f"{counted(file.rows, 'row')} {'is' if file.rows == 1 else 'are'} ready." if file.rows else ""


def read_options_form(
    filename: str, options: ReadOptions, batch: CsvBatch | None, source: FieldFile | None = None
) -> ReadForm:
    """`batch` is the one whose file was read with these options: it knows what was found."""
    sheets: list[str] = []
    if source and source.storage.exists(source.name or ""):
        sheets = sheets_of_file(source.path, filename=filename, limits=store_rows.limits())
    return read_form(format_of_file(filename), options, batch.options_in_force if batch else {}, sheets)


def first_rows_of_draft(batch: CsvBatch, start: int) -> FirstRows | None:
    """Of the file that is being read, or else of the stored rows; None where there are none."""
    upload = batch.arriving
    if upload is None or upload.state != UploadState.PARSING:
        return first_rows.of_queue(batch, start) if batch.total else None
    try:
        preview = parse_preview(
            uploads.file_of(upload),
            filename=upload.name,
            options=store_rows.options_of(upload.options),
            limits=store_rows.limits(),
            limit=first_rows.ROWS,
        )
    except WorkbenchError:
        # The worker is about to report it.
        return None
    return first_rows.of_cells([column.name for column in preview.table.columns], preview.rows, start)


def accepted_files() -> dict[str, Any]:
    """The formats; `labels` and `packed` (suffixes of archives) for a sentence, `types` for the file dialog."""
    return {
        "formats": INGEST_FORMATS,
        "labels": format_labels(),
        "packed": packed_suffixes(),
        "types": file_dialog_types(),
    }


def upload_limits() -> dict[str, str]:
    """The limits of a file as texts; `bytes` as plain digits, for a check in the browser."""
    return {
        "bytes": str(settings.UPLOAD_MAX_BYTES),
        "size": size_in_words(settings.UPLOAD_MAX_BYTES),
        "exact": count(settings.UPLOAD_MAX_BYTES),
        "rows": count(settings.UPLOAD_MAX_ROWS),
        "columns": count(settings.UPLOAD_MAX_COLUMNS),
        "cell": size_in_words(settings.UPLOAD_MAX_CELL),
    }

"""How a file is read, as choices for a form, and which of them may help with a refused file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from csv_batches.models import CsvBatch, Upload
from csv_batches.rules.choices import UploadState
from csv_batches.services import store_rows
from csv_batches.wizard.upload.forms import DELIMITERS, OTHER, form_values
from experiments.core.choices import ErrorCode
from experiments.ingest import IngestFormat, ReadOptions, encoding_names, format_of_file


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class OptionsForm:
    """The choices of how the file is read; which of them there are depends on the format."""

    format: IngestFormat
    common: tuple[Option, ...]
    others: tuple[Option, ...]
    delimiters: tuple[Option, ...]
    own_delimiter: str
    header: bool
    pad: bool


def options_form(filename: str, options: ReadOptions, batch: CsvBatch | None) -> OptionsForm:
    """`batch` is the one whose file was read with these options: it knows what was detected."""
    encoding = encoding_names.canonical(options.encoding) if options.encoding else ""
    unlisted = {} if not encoding or encoding in encoding_names.LABELS else {encoding: options.encoding or ""}
    detected = batch.encoding if batch and not options.encoding else ""
    automatic = Option("", f"Find out: {encoding_names.label(detected)}" if detected else "Find out", not encoding)
    values = form_values(options)
    return OptionsForm(
        format=format_of_file(filename),
        common=(automatic, *_listed(encoding_names.COMMON | unlisted, encoding)),
        others=_listed(encoding_names.OTHERS, encoding),
        delimiters=_delimiter_options(values["delimiter"], batch),
        own_delimiter=values["own_delimiter"],
        header=options.header != 0,
        pad=options.ragged == "pad",
    )


def _delimiter_options(chosen: str, batch: CsvBatch | None) -> tuple[Option, ...]:
    detected = batch.delimiter if batch and not chosen else ""
    label = DELIMITERS.get("tab" if detected == "\t" else detected, detected)
    automatic = Option("", f"Find out: {label}" if detected else "Find out", not chosen)
    return (automatic, *_listed(DELIMITERS, chosen), Option(OTHER, "another character", chosen == OTHER))


def _listed(labels: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, label, value == chosen) for value, label in labels.items())


@dataclass(frozen=True)
class Remedy:
    """Options that may help with a refused file, as `fields` of a form; `lines` are `{line, text}` as read so."""

    label: str
    fields: tuple[tuple[str, str], ...]
    lines: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a file was refused, where in it, and what may help."""

    name: str
    detail: str
    line: int | None
    column: int | None
    remedies: tuple[Remedy, ...]


def refusal_of_upload(upload: Upload | None) -> Refusal | None:
    if upload is None or upload.state != UploadState.FAILED:
        return None
    return refusal_of_error(upload.name, upload.errors[0], store_rows.options_of(upload.options))


def refusal_of_error(filename: str, error: Mapping[str, Any], options: ReadOptions) -> Refusal:
    """`error` as an upload stores it: `{code, detail, line?, column?, guess?, preview?, alternatives?}`."""
    return Refusal(
        name=filename,
        detail=error["detail"],
        line=error.get("line"),
        column=error.get("column"),
        remedies=(*_encoding_remedies(error, options), *_ragged_remedies(error, options)),
    )


def _encoding_remedies(error: Mapping[str, Any], options: ReadOptions) -> list[Remedy]:
    guess = [{"encoding": error["guess"], "preview": error.get("preview", [])}] if error.get("guess") else []
    return [
        Remedy(
            label=f"Read it as {encoding_names.label(one['encoding'])}",
            fields=tuple(form_values(replace(options, encoding=one["encoding"])).items()),
            lines=tuple(one["preview"]),
        )
        for one in (*guess, *error.get("alternatives", []))
    ]


def _ragged_remedies(error: Mapping[str, Any], options: ReadOptions) -> list[Remedy]:
    is_short_row = error["code"] == ErrorCode.RAGGED_ROW and error.get("found", 0) < error.get("expected", 0)
    if not is_short_row:
        return []
    fields = form_values(replace(options, ragged="pad"))
    return [Remedy("Fill short rows with empty cells", tuple(fields.items()))]

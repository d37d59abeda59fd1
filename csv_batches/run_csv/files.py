"""The file that comes in, and the one that goes out."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile

from csv_batches.run_csv.arguments import STANDARD
from experiments.core.choices import ErrorCode, ExportFormat
from experiments.core.errors import InvalidInput, TooLarge, WorkbenchError
from experiments.export.parquet_file import library

FROM_STANDARD = "stdin.csv"
"""What a file from standard input is called where nobody says."""
PIECE = 1024 * 1024


@contextmanager
def given_file(options: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[TemporaryUploadedFile]:
    """The file of the command line, as an upload brings it; without one that of the manifest, beside it."""
    named = (manifest.get("file") or {}).get("name")
    path = options["file"]
    if path is None and options["manifest"] and named:
        # The name comes from somewhere else: no other folder.
        path = str(options["manifest"].parent / Path(named).name)
    if path is None:
        raise InvalidInput("Give a file, or - for standard input.", code=ErrorCode.REQUIRED, attr="file")
    name = options["file_name"] or (named or FROM_STANDARD if path == STANDARD else Path(path).name)
    with TemporaryUploadedFile(name, "", 0, None) as copy:
        try:
            with opened(path) as source:
                copy.size = copied(source, copy.file)
        except OSError as error:
            detail = f"Couldn’t read {path}: {error.strerror}."
            raise InvalidInput(detail, code=ErrorCode.NOT_FOUND, attr="file") from error
        yield copy


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    if path == STANDARD:
        yield sys.stdin.buffer
    else:
        with open(path, "rb") as source:
            yield source


def copied(source: IO[bytes], target: Any) -> int:
    """How many bytes. `TooLarge`: what comes from a pipe has no end that anybody knows."""
    most, size = settings.UPLOAD_MAX_BYTES, 0
    while piece := source.read(PIECE):
        size += len(piece)
        if size > most:
            detail = f"The file has more than {most:,} bytes, the limit. Split it, and run each part."
            raise TooLarge(detail, code=ErrorCode.TOO_LARGE, attr="file")
        target.write(piece)
    target.flush()
    target.seek(0)
    return size


# -- out


def format_of_output(options: Mapping[str, Any]) -> ExportFormat:
    """The one that was asked for, or by the ending of the file's name."""
    if options["format"]:
        return ExportFormat(options["format"])
    ending = Path(options["output"] or "").suffix.lower().removeprefix(".")
    return ExportFormat(ending) if ending in ExportFormat.values() else ExportFormat.CSV


def refuse_without_library(wanted: ExportFormat) -> None:
    """Before anything is called: some formats need a library that may not be installed."""
    if wanted == ExportFormat.PARQUET:
        library()


def refuse_unwritable(output: str | None) -> None:
    """Before anything is called, not after it."""
    if output in (None, STANDARD):
        return
    folder = Path(str(output)).resolve().parent
    if not os.access(folder, os.W_OK):
        detail = f"Couldn’t write into {folder}. Choose another --output."
        raise InvalidInput(detail, code=ErrorCode.NOT_ALLOWED, attr="output")


def write_output(output: str, pieces: Iterable[bytes]) -> None:
    """Under another name until it is complete: an interrupted export must not look finished. `WorkbenchError`."""
    if output == STANDARD:
        write_to_standard(pieces)
        return
    path = Path(output)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as target:
            target.writelines(pieces)
        draft.replace(path)
    except OSError as error:
        detail = f"{path} cannot be written: {error.strerror or error}."
        raise WorkbenchError(detail, code=ErrorCode.NO_SPACE) from error
    finally:
        draft.unlink(missing_ok=True)


def write_to_standard(pieces: Iterable[bytes]) -> None:
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever reads has enough, as `head` has. What Python would flush at its end has no reader either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

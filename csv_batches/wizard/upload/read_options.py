"""Why a file was refused, and what would read it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from csv_batches.models import Upload
from csv_batches.rules.choices import UploadState
from csv_batches.services import store_rows
from experiments.ingest import ReadOptions, encoding_names
from experiments.web.read_form import form_values, values_of_offer


@dataclass(frozen=True)
class Remedy:
    """Options that read a refused file, as `fields` of a form; `lines` are `{line, text}` as read so."""

    label: str
    fields: tuple[tuple[str, str], ...]
    lines: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a file was refused, where in it, and what would read it."""

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
    """`error` as an upload stores it: `{code, detail, line?, column?, offers?, guess?, preview?, alternatives?}`."""
    by_encoding = _encoding_remedies(error, options)
    return Refusal(
        name=filename,
        detail=error["detail"],
        line=error.get("line"),
        column=error.get("column"),
        # The former have the lines that differ.
        remedies=(*by_encoding, *(offer for offer in _offers(error) if not by_encoding)),
    )


def _encoding_remedies(error: Mapping[str, Any], options: ReadOptions) -> list[Remedy]:
    """With the lines that differ, so that a person can tell which one is right."""
    guess = [{"encoding": error["guess"], "preview": error.get("preview", [])}] if error.get("guess") else []
    return [
        Remedy(
            label=f"Read it as {encoding_names.label(one['encoding'])}",
            fields=tuple(form_values(replace(options, encoding=one["encoding"])).items()),
            lines=tuple(one["preview"]),
        )
        for one in (*guess, *error.get("alternatives", []))
    ]


def _offers(error: Mapping[str, Any]) -> list[Remedy]:
    """But for encodings, which are there with the lines that differ."""
    return [
        Remedy(offer["label"], tuple(values_of_offer(offer["options"]).items()))
        for offer in error.get("offers", [])
        if "encoding" not in offer["options"]
    ]

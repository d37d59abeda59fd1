"""A draft of a manifest and a file: everything that the manifest says, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.rules import manifest as rules
from csv_batches.rules.choices import SchemaMode
from csv_batches.services import store_rows, uploaded_files, uploads
from experiments.core import limits
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, TooLarge, WorkbenchError
from experiments.core.formatting import counted, quoted
from experiments.core.json_numbers import exact
from experiments.ingest import ReadOptions
from experiments.models import Network, queue_settings
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.schema_import import schema_to_fields

AS_THEY_ARE = ("prompt_template", "network", "skip_empty")
PLACES = {"columns": "mapping", **{name: name for name in ("response_fields", "network", "prompt_template")}}
"""Where in a manifest that is which a draft's error is about."""
ACCEPT = "Choose that file, or accept a different one."


def read(file: UploadedFile) -> rules.Json:
    """The manifest in a file. `InvalidInput`, `Problems`: what is wrong, and where."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if (file.size or 0) > most:
        detail = f"The manifest has {file.size:,} bytes. The limit is {most:,}. Did you choose the data file?"
        raise TooLarge(detail, code=ErrorCode.TOO_LARGE, attr=rules.ATTR)
    return rules.parse(file.read())


def create(*, user: Any, manifest: Mapping[str, Any], file: UploadedFile, accept_other_file: bool = False) -> CsvBatch:
    """A draft with the file's rows and all that the manifest says. A large file is read later, by a worker.

    `InvalidInput` where it is another file than the manifest's, unless that is accepted, or where it lacks a column
    that the manifest sends.
    """
    rules.check(manifest)
    path, name = Path(file.temporary_file_path()), file.name or ""  # type: ignore[attr-defined]
    said = manifest.get("file")
    if said and not accept_other_file and store_rows.sha256_of(path) != said["sha256"]:
        raise _other_file(f"{quoted(name)} isn’t the file of the manifest{_named(said)}: its content differs.")
    options = ReadOptions(**manifest.get("reading", {}))
    table = store_rows.open_file(path, name=name, options=options)
    _refuse_missing_columns(manifest, [column.name for column in table.columns])
    with _placed(), transaction.atomic():
        values = values_of(manifest)
        _refuse_other_schema(manifest)
        batch = uploads.start_from_file(user=user, file=file, options=options, values=values)
        if not accept_other_file:
            with uploaded_files.deleted_on_failure(batch.source):
                refuse_other_rows(batch, manifest)
    return batch


def values_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the draft, as the API takes them."""
    plain = {one.name: manifest[one.name] for one in queue_settings.SETTINGS if one.name in manifest}
    for limit in limits.LIMITS:
        if limit.is_money and plain.get(limit.name) is not None:
            plain[limit.name] = exact(plain[limit.name])
    return {
        **plain,
        **{name: manifest[name] for name in AS_THEY_ARE if manifest.get(name) is not None},
        "schema_mode": manifest.get("schema_mode", SchemaMode.BATCH),
        "columns": [rules.column_of_use(name, use) for name, use in manifest.get("mapping", {}).items()],
        "response_fields": _fields(manifest),
    }


def refuse_other_rows(batch: CsvBatch, manifest: Mapping[str, Any]) -> None:
    """`InvalidInput` where the file has been read, and not into as many rows as the batch of the manifest had.

    Rows may have been added to that, or it had only those that failed before.
    """
    said = (manifest.get("file") or {}).get("rows")
    if said is not None and not batch.is_being_read and batch.total != said:
        had = f"The batch of the manifest had {counted(said, 'row')}, not all of them or not only those of its file"
        raise _other_file(f"{had}, which has {counted(batch.total, 'row')}.")


def _other_file(sentence: str) -> InvalidInput:
    return InvalidInput(f"{sentence} {ACCEPT}", code=ErrorCode.OTHER_FILE, attr="file")


def _named(said: Mapping[str, Any]) -> str:
    return f", {quoted(said['name'])}" if said.get("name") else ""


def _refuse_missing_columns(manifest: Mapping[str, Any], names: Sequence[str]) -> None:
    missing = [name for name in manifest.get("mapping", {}) if name not in names]
    if missing:
        detail = f"The file has no column {', '.join(map(quoted, missing[:5]))}, which the manifest uses."
        raise InvalidInput(detail, code=ErrorCode.UNKNOWN_COLUMN, attr=f"{rules.ATTR}.mapping.{missing[0]}")


def _fields(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = manifest.get("response_fields", [])
    is_kept = manifest.get("schema_mode") == SchemaMode.KEEP
    if "json_schema" not in manifest or is_kept:
        return given
    place = f"{rules.ATTR}.json_schema"
    if given:
        detail = "Give response_fields or json_schema, not both."
        raise InvalidInput(detail, code=ErrorCode.INVALID, attr=place)
    try:
        imported = schema_to_fields(manifest["json_schema"])
    except InvalidInput as error:
        raise InvalidInput(error.detail, code=error.code, attr=place) from error
    if imported.not_taken:
        detail = f"Fields can’t say all of the schema. {' '.join(imported.notes[:5])}"
        raise InvalidInput(detail, code=ErrorCode.INVALID_SCHEMA, attr=place)
    return [field_to_json(field) for field in imported.fields]


def _refuse_other_schema(manifest: Mapping[str, Any]) -> None:
    """With `keep` the network's schema must be the one that the batch of the manifest had."""
    if manifest.get("schema_mode") != SchemaMode.KEEP or "json_schema" not in manifest:
        return
    network = Network.objects.filter(name=manifest.get("network")).first()
    if network and network.additional_data.get("respond_payload_schema") != manifest["json_schema"]:
        detail = (
            f"The network {quoted(network.name)} has another response schema than the batch of the manifest. Use the "
            "schema_mode batch with it, or take json_schema out to use the network’s."
        )
        raise InvalidInput(detail, code=ErrorCode.SCHEMA_CHANGE, attr=f"{rules.ATTR}.json_schema")


@contextmanager
def _placed() -> Iterator[None]:
    """Errors of the draft name their place in the manifest."""
    try:
        yield
    except WorkbenchError as error:
        if error.attr in PLACES:
            error.attr = f"{rules.ATTR}.{PLACES[error.attr]}"
        raise

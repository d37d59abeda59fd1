"""Uploads: a file on its way into a draft, read at once, or by a worker where it is large.

A refused file leaves the draft as it was. The pages keep it until its owner decides how to read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from csv_batches.models import CsvBatch, Upload, source_path
from csv_batches.rules.choices import SchemaMode, UploadState
from csv_batches.services import drafts, store_rows, uploaded_files
from experiments.core.choices import ErrorCode, FieldType, Quota
from experiments.core.errors import InvalidInput, TooLarge, WorkbenchError
from experiments.ingest import SPLIT, ReadOptions, RejectedFile, is_larger
from experiments.models import Network
from experiments.services import quotas
from experiments.services.broker import send_task
from experiments.services.locking import queue_lock_draft

TASK = "csv_batches.tasks.read_upload"
NAME_CHARS = 200
FIRST_FIELD = {"name": "answer", "type": FieldType.STRING, "required": True, "nullable": False, "description": ""}
AUTOMATIC = ReadOptions()
_HOPELESS = (
    *(ErrorCode.EMPTY_FILE, ErrorCode.NOT_CSV),
    *(ErrorCode.BAD_ARCHIVE, ErrorCode.BAD_WORKBOOK, ErrorCode.BAD_PARQUET, ErrorCode.NOT_TEXT),
)


def start_from_file(
    *, user: Any, file: UploadedFile, options: ReadOptions = AUTOMATIC, values: Mapping[str, Any] | None = None
) -> CsvBatch:
    """A new draft with the file's rows, named after the file; no draft where the file is refused.

    `values`: its settings, where they are known already; without them as the browser begins one.
    """
    filename = _file_name(file)
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        if values is None:
            batch = _begin_draft(user, filename)
        else:
            batch = drafts.begin(user=user, values={"name": name_of_file(filename), **values})
        return _receive(batch.pk, file, options, new=quotas.NEW_QUEUE)


def start_from_refused(*, user: Any, upload_id: UUID, options: ReadOptions) -> CsvBatch:
    """A new draft from a file that was refused before there was a draft, read with other options."""
    refused = Upload.objects.filter(pk=upload_id, owner=user, batch=None)
    upload = refused.first()
    if upload is None:
        raise _file_is_gone()
    with settings.DISK_SPACE.refusing_when_full(), _refusal_stored(refused, options), transaction.atomic():
        batch = _begin_draft(user, upload.name)
        upload.batch = batch
        upload.save(update_fields=["batch"])
        batch = _read_upload(batch, upload, options)
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return batch


def receive(*, batch_id: UUID, file: UploadedFile, options: ReadOptions = AUTOMATIC) -> CsvBatch:
    """Replaces the draft's file and rows. A large file is only kept now, and read later by a worker.

    `RejectedFile`, `NoRoom`, and `Conflict` while another file is being read or where its owner has too many, leave the
    draft as it was.
    """
    with settings.DISK_SPACE.refusing_when_full():
        return _receive(batch_id, file, options)


def _receive(batch_id: UUID, file: UploadedFile, options: ReadOptions, new: Sequence[Quota] = ()) -> CsvBatch:
    """`new`: quotas to claim for the batch itself, which has begun in this transaction."""
    most = settings.UPLOAD_MAX_BYTES
    if file.size is not None and file.size > most:
        detail = f"The file has {file.size:,} bytes. The limit is {most:,}. {SPLIT}"
        raise TooLarge(detail, code=ErrorCode.TOO_LARGE, attr="file")
    path, name, size = Path(file.temporary_file_path()), _file_name(file), file.size or 0  # type: ignore[attr-defined]
    table = store_rows.open_file(path, name=name, options=options)
    with transaction.atomic():
        batch = _locked_unless_reading(batch_id)
        owner_id = batch.created_by_id
        _delete_arriving(batch)
        if _is_large(path, name):
            upload = _new_upload(owner_id=owner_id, batch=batch, file=file)
            with uploaded_files.deleted_on_failure(upload.file):
                _read_later(upload, options)
                quotas.claim(owner_id, *new, is_written=True)
            return batch
        # The file that it has now goes, unless a duplicate uses it.
        quotas.refuse_over(owner_id, Quota.FILE_BYTES, more=size, beside=batch_id)
        with store_rows.rows_replaced(batch, table, options) as rows:
            store_rows.describe_rows(batch, rows)
            sha256 = store_rows.sha256_of(path)
            quotas.claim(owner_id, *new, is_written=True)
            quotas.claim(owner_id, Quota.FILE_BYTES, more=size, beside=batch_id)
            stored = batch.source.storage.save(source_path(batch, name), file)
            store_rows.set_source(batch, stored=stored, name=name, size=size, sha256=sha256)
            with uploaded_files.deleted_on_failure(batch.source):
                batch.save()
    return batch


def read_again(*, batch_id: UUID, options: ReadOptions) -> CsvBatch:
    """Reads the refused file with other options, or, where none was refused, the file that the draft keeps."""
    refused = _refusal_stored(Upload.objects.filter(batch_id=batch_id), options)
    with settings.DISK_SPACE.refusing_when_full(), refused, transaction.atomic():
        batch = _locked_unless_reading(batch_id)
        upload = batch.arriving or Upload(
            owner_id=batch.created_by_id, batch=batch, name=batch.source_name, size=batch.source_size or 0
        )
        return _read_upload(batch, upload, options)


def _locked_unless_reading(batch_id: UUID) -> CsvBatch:
    batch = queue_lock_draft(CsvBatch, batch_id)
    drafts.refuse_other_rows(batch)
    drafts.refuse_while_reading(batch)
    return batch


def _read_upload(batch: CsvBatch, upload: Upload, options: ReadOptions) -> CsvBatch:
    """Reads the upload at once, or has a worker read it later. The caller has locked the batch."""
    path = file_of(upload)
    table = store_rows.open_file(path, name=upload.name, options=options)
    if _is_large(path, upload.name):
        _read_later(upload, options)
        return batch
    with store_rows.rows_replaced(batch, table, options) as rows:
        store_rows.describe_rows(batch, rows)
        move_file_to_batch(batch, upload)
        batch.save()
    return batch


def move_file_to_batch(batch: CsvBatch, upload: Upload) -> None:
    """Makes the upload's file the batch's and deletes the upload. The caller saves the batch."""
    if upload.file:
        stored, sha256 = upload.file.name, store_rows.sha256_of(Path(upload.file.path))
        store_rows.set_source(batch, stored=stored, name=upload.name, size=upload.size, sha256=sha256)
        upload.file.name = ""
    upload.delete()


# -- files that are kept


def keep_refused(*, user: Any, batch: CsvBatch | None, file: UploadedFile, error: WorkbenchError) -> Upload:
    """Keeps a refused file, so that it can be read with other options without another upload."""
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        if batch is not None:
            batch = _locked_unless_reading(batch.pk)
            _delete_arriving(batch)
        upload = _new_upload(owner_id=user.pk, batch=batch, file=file)
        with uploaded_files.deleted_on_failure(upload.file):
            upload.state, upload.errors, upload.options = UploadState.FAILED, [as_error(error)], asdict(AUTOMATIC)
            upload.save()
    return upload


def can_be_kept(error: WorkbenchError) -> bool:
    """Whether other options may help: not with a file that is too large, empty, or no table at all."""
    hopeless = isinstance(error, TooLarge) or error.code in _HOPELESS
    return isinstance(error, RejectedFile) and not hopeless


def discard(*, batch_id: UUID) -> None:
    """Stops reading the new file, or deletes the refused one. The draft keeps its earlier file and rows."""
    for upload in Upload.objects.filter(batch_id=batch_id):
        upload.delete()


def discard_refused(*, user: Any, upload_id: UUID) -> None:
    for upload in Upload.objects.filter(pk=upload_id, owner=user, batch=None):
        upload.delete()


def as_error(error: WorkbenchError) -> dict[str, Any]:
    return {"code": error.code, "detail": error.detail, "attr": error.attr, **error.extra}


def file_of(upload: Upload) -> Path:
    """The path of the file to read. `InvalidInput` where it is gone."""
    source = upload.file or (upload.batch.source if upload.batch else None)
    if not source:
        raise InvalidInput("No file was uploaded yet.", code=ErrorCode.REQUIRED, attr="file")
    path = Path(source.path)
    if not path.exists():
        raise _file_is_gone()
    return path


def _file_is_gone() -> InvalidInput:
    detail = "The uploaded file is not kept any more. Upload it again."
    return InvalidInput(detail, code=ErrorCode.REQUIRED, attr="file")


@contextmanager
def _refusal_stored(uploads: QuerySet[Upload], options: ReadOptions) -> Iterator[None]:
    """Stores the error and the options with the kept file where it is refused again."""
    try:
        yield
    except RejectedFile as error:
        uploads.filter(state=UploadState.FAILED).update(errors=[as_error(error)], options=asdict(options))
        raise


def _new_upload(*, owner_id: int, batch: CsvBatch | None, file: UploadedFile) -> Upload:
    """Not saved yet. The uploaded file is moved to the storage, not copied. `Conflict` where its owner has too many."""
    upload = Upload(owner_id=owner_id, batch=batch, name=_file_name(file), size=file.size or 0)
    quotas.claim(owner_id, Quota.FILE_BYTES, more=upload.size)
    upload.file.save(upload.name, file, save=False)
    return upload


def _delete_arriving(batch: CsvBatch) -> None:
    if batch.arriving is not None:
        batch.arriving.delete()


def _read_later(upload: Upload, options: ReadOptions) -> None:
    """Saves the upload for a worker, which is woken on commit."""
    upload.state, upload.options = UploadState.PARSING, asdict(options)
    upload.errors, upload.rows, upload.attempts = [], 0, 0
    upload.lease_id = upload.beat = None
    upload.enqueued_at = timezone.now()
    upload.save()
    wake_worker(upload.pk)


def wake_worker(upload_id: UUID) -> None:
    """Sends a task to read the upload, on commit. The sweeper sends a lost task again."""
    send_task(TASK, str(upload_id))


# -- names and sizes


def _begin_draft(user: Any, filename: str) -> CsvBatch:
    """As the browser begins one, so that a few clicks lead to a first answer: with the network that there is, where it
    is the only one, and with one field of a schema of its own.
    """
    networks = list(Network.objects.values_list("pk", flat=True)[:2])
    values = {
        "name": name_of_file(filename),
        "dataset_name": filename,
        "schema_mode": SchemaMode.BATCH,
        "skip_empty": True,
        "response_fields": [FIRST_FIELD],
        **({"network": networks[0]} if len(networks) == 1 else {}),
    }
    return drafts.begin(user=user, values=values)


def name_of_file(filename: str) -> str:
    """Of a batch that is named after its file."""
    return (PurePath(filename).stem.strip() or "Batch")[:NAME_CHARS]


def _file_name(file: UploadedFile) -> str:
    return (file.name or "upload.csv")[-255:]


def _is_large(path: Path, name: str) -> bool:
    return is_larger(path, filename=name, size=settings.UPLOAD_BACKGROUND_BYTES)

"""A file on its way into a draft: read at once, or by a worker where it is large.

A refused file leaves the draft as it was. From the pages it is kept until its owner decides how to read it.
"""

from collections.abc import Iterator
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
from django_q.tasks import async_task

from csv_batches.models import CsvBatch, Upload, source_path
from csv_batches.services import drafts, store_rows
from experiments.core.errors import InvalidInput, TooLarge, WorkbenchError
from experiments.ingest import SPLIT, ReadOptions, RejectedFile
from experiments.services.locking import queue_lock_draft

TASK = "csv_batches.tasks.read_upload"
NAME_CHARS = 200
AUTOMATIC = ReadOptions()


def start_from_file(*, user: Any, file: UploadedFile, options: ReadOptions = AUTOMATIC) -> CsvBatch:
    """A new draft of the file's rows, named after it; none where the file is refused."""
    with transaction.atomic():
        batch = _new(user, _name(file))
        return receive(batch_id=batch.pk, file=file, options=options)


def start_from_refused(*, user: Any, upload_id: UUID, options: ReadOptions) -> CsvBatch:
    """A new draft of a file that was refused before there was one, read with other options."""
    mine = Upload.objects.filter(pk=upload_id, owner=user, batch=None)
    upload = mine.first()
    if upload is None:
        raise _not_kept()
    with _noted(mine, options), transaction.atomic():
        batch = _new(user, upload.name)
        upload.batch = batch
        upload.save(update_fields=["batch"])
        return _read(batch, upload, options)


def receive(*, batch_id: UUID, file: UploadedFile, options: ReadOptions = AUTOMATIC) -> CsvBatch:
    """Takes the file and its rows in place of what the draft had; a large one is read later, by a worker.

    `RejectedFile` and `Conflict`, while another one is being read, leave the draft as it was.
    """
    _refuse_too_large(file)
    path, name, size = Path(file.temporary_file_path()), _name(file), file.size or 0  # type: ignore[attr-defined]
    table = store_rows.opened(path, name=name, options=options)
    with transaction.atomic():
        batch = _held(batch_id)
        if _is_large(size):
            _drop(batch)
            _read_later(_kept(owner_id=batch.created_by_id, batch=batch, file=file), options)
            return batch
        store_rows.take_over(batch, store_rows.load(batch, table, options))
        sha256 = store_rows.digest(path)
        _drop(batch)
        stored = batch.source.storage.save(source_path(batch, name), file)
        store_rows.adopt(batch, stored=stored, name=name, size=size, sha256=sha256)
        batch.save()
    return batch


def read_again(*, batch_id: UUID, options: ReadOptions) -> CsvBatch:
    """Reads the refused file, or where there is none the one that the draft keeps, with other options."""
    with _noted(Upload.objects.filter(batch_id=batch_id), options), transaction.atomic():
        batch = _held(batch_id)
        return _read(batch, batch.arriving or _of_kept_file(batch), options)


def _held(batch_id: UUID) -> CsvBatch:
    batch = queue_lock_draft(CsvBatch, batch_id)
    drafts.refuse_while_reading(batch)
    return batch


def _read(batch: CsvBatch, upload: Upload, options: ReadOptions) -> CsvBatch:
    """In a transaction that holds the batch."""
    path = file_of(upload)
    table = store_rows.opened(path, name=upload.name, options=options)
    if _is_large(upload.size):
        _read_later(upload, options)
        return batch
    store_rows.take_over(batch, store_rows.load(batch, table, options))
    take_file(batch, upload)
    batch.save()
    return batch


def take_file(batch: CsvBatch, upload: Upload) -> None:
    """The upload's file becomes the batch's, and the upload is gone. The caller saves the batch."""
    if upload.file:
        stored, sha256 = upload.file.name, store_rows.digest(Path(upload.file.path))
        store_rows.adopt(batch, stored=stored, name=upload.name, size=upload.size, sha256=sha256)
        upload.file.name = ""
    upload.delete()


# -- what is kept


def keep_refused(*, user: Any, batch: CsvBatch | None, file: UploadedFile, error: WorkbenchError) -> Upload:
    """Keeps a refused file, so that it can be read with other options without being sent again."""
    with transaction.atomic():
        if batch is not None:
            batch = _held(batch.pk)
            _drop(batch)
        upload = _kept(owner_id=user.pk, batch=batch, file=file)
        upload.state, upload.errors, upload.options = Upload.State.FAILED, [as_error(error)], asdict(AUTOMATIC)
        upload.save()
    return upload


def can_be_kept(error: WorkbenchError) -> bool:
    """Whether another way of reading may help: not with what is too large, empty, or no table at all."""
    hopeless = isinstance(error, TooLarge) or error.code in ("empty_file", "not_csv")
    return isinstance(error, RejectedFile) and not hopeless


def discard(*, batch_id: UUID) -> None:
    """Stops the reading, or gives up the refused file. What the draft had before it stays."""
    for upload in Upload.objects.filter(batch_id=batch_id):
        upload.delete()


def discard_refused(*, user: Any, upload_id: UUID) -> None:
    for upload in Upload.objects.filter(pk=upload_id, owner=user, batch=None):
        upload.delete()


def as_error(error: WorkbenchError) -> dict[str, Any]:
    return {"code": error.code, "detail": error.detail, "attr": error.attr, **error.extra}


def file_of(upload: Upload) -> Path:
    """Where the file on its way lies. `InvalidInput` where it is gone."""
    source = upload.file or (upload.batch.source if upload.batch else None)
    if not source:
        raise InvalidInput("No file was uploaded yet.", code="required", attr="file")
    path = Path(source.path)
    if not path.exists():
        raise _not_kept()
    return path


def _of_kept_file(batch: CsvBatch) -> Upload:
    """The file that the rows are from, as one that is on its way again."""
    return Upload(owner_id=batch.created_by_id, batch=batch, name=batch.source_name, size=batch.source_size or 0)


def _not_kept() -> InvalidInput:
    return InvalidInput("The uploaded file is not kept any more. Upload it again.", code="required", attr="file")


@contextmanager
def _noted(uploads: QuerySet[Upload], options: ReadOptions) -> Iterator[None]:
    """Where a kept file is refused again, that stands with it."""
    try:
        yield
    except RejectedFile as error:
        refused = uploads.filter(state=Upload.State.FAILED)
        refused.update(errors=[as_error(error)], options=asdict(options))
        raise


def _kept(*, owner_id: int, batch: CsvBatch | None, file: UploadedFile) -> Upload:
    upload = Upload(owner_id=owner_id, batch=batch, name=_name(file), size=file.size or 0)
    # The uploaded file is moved, not copied.
    upload.file.save(upload.name, file, save=False)
    return upload


def _drop(batch: CsvBatch) -> None:
    if batch.arriving is not None:
        batch.arriving.delete()


def _read_later(upload: Upload, options: ReadOptions) -> None:
    """By a worker, which is woken when all of this is stored."""
    upload.state, upload.options = Upload.State.PARSING, asdict(options)
    upload.errors, upload.rows, upload.attempts = [], 0, 0
    upload.lease_id = upload.beat = None
    upload.enqueued_at = timezone.now()
    upload.save()
    send(upload.pk)


def send(upload_id: UUID) -> None:
    """Wakes a worker once this is committed. A task that is lost is sent again by the sweeper."""
    transaction.on_commit(lambda: async_task(TASK, str(upload_id), q_options={"save": False}), robust=True)


# -- names and sizes


def _new(user: Any, filename: str) -> CsvBatch:
    return drafts.create(user=user, values={"name": batch_name(filename), "dataset_name": filename})


def batch_name(filename: str) -> str:
    return (PurePath(filename).stem.strip() or "Batch")[:NAME_CHARS]


def _name(file: UploadedFile) -> str:
    return (file.name or "upload.csv")[-255:]


def _is_large(size: int) -> bool:
    return size > settings.UPLOAD_BACKGROUND_BYTES


def _refuse_too_large(file: UploadedFile) -> None:
    most = settings.UPLOAD_MAX_BYTES
    if file.size is not None and file.size > most:
        detail = f"The file has {file.size:,} bytes; at most {most:,} are taken. {SPLIT}"
        raise TooLarge(detail, code="too_large", attr="file")

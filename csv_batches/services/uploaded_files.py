"""Uploaded files: who uses one, and when it goes.

A batch and its duplicates share one file, and the list of the rows that were left out of it; each goes with the last of
them. A duplicate locks the batch that it takes them from until it is committed, and a file goes after a commit: so
whoever takes the last mention away knows that it was the last.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from csv_batches.models import FOLDER, CsvBatch, Upload
from csv_batches.rules.choices import UploadState
from experiments.services import stored_files

logger = logging.getLogger(__name__)

REFUSED_KEPT_FOR = timedelta(days=1)
"""How long a file is kept that was refused before there was a draft."""
NAMES_AT_A_TIME = 500

# Others may share it at the same time; whoever deletes the batch or replaces its file waits.
_FILES_HELD = "SELECT source, rejects FROM csv_batches_csvbatch WHERE queue_ptr_id = %s FOR SHARE"


def share(batch: CsvBatch, draft: CsvBatch) -> None:
    """Gives the draft the file of the batch and the list of rejects, in the caller's transaction, which saves the
    draft soon.

    Not what is gone, or another one by now: files are deleted after some days, rows and rejects are not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FILES_HELD, [batch.pk])
        held = cursor.fetchone() or ("", "")
    for mine, its, name in zip((batch.source, batch.rejects), (draft.source, draft.rejects), held, strict=True):
        if name and mine.name == name and mine.storage.exists(name):
            its.name = name
    draft.reject_count = batch.reject_count if draft.rejects else 0


def delete_old() -> None:
    """Deletes files that were sent more than `UPLOAD_KEEP_DAYS` ago, and refused files that nobody decided about.

    The rows of a deleted file stay.
    """
    before = timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS)
    # A file is never older than its batch, but an old draft may have a new file.
    for batch in CsvBatch.objects.filter(created_at__lt=before).exclude(source=""):
        try:
            if batch.source.storage.get_modified_time(batch.source.name or "") >= before:
                continue
        except FileNotFoundError:
            pass
        with transaction.atomic():
            # Another file may have come meanwhile.
            if CsvBatch.objects.filter(pk=batch.pk, source=batch.source.name).update(source=""):
                delete_when_unused(batch.source.name, batch.source.storage)
    old = Q(created_at__lt=before) | Q(created_at__lt=timezone.now() - REFUSED_KEPT_FOR, batch=None)
    for upload in Upload.objects.filter(old, state=UploadState.FAILED):
        upload.delete()


def delete_unknown() -> int:
    """Deletes stored files that no batch and no upload mentions; how many.

    What stored them was ended before its commit, or between the commit and the deletion.
    """
    storage, deleted = CsvBatch._meta.get_field("source").storage, 0
    names = [f"{FOLDER}/{path.name}" for path in stored_files.old_files(Path(storage.path(FOLDER)))]
    for first in range(0, len(names), NAMES_AT_A_TIME):
        some = names[first : first + NAMES_AT_A_TIME]
        used = _used(some)
        for name in some:
            if name not in used:
                storage.delete(name)
                deleted += 1
    if deleted:
        logger.warning("%d uploaded files that belonged to nothing are deleted", deleted)
    return deleted


def _used(names: list[str]) -> set[str]:
    """Those that a batch or an upload mentions. An upload's file becomes its batch's: asked the other way round, one
    that moves meanwhile would be in neither answer."""
    used = set(Upload.objects.filter(file__in=names).values_list("file", flat=True))
    used |= set(CsvBatch.objects.filter(source__in=names).values_list("source", flat=True))
    return used | set(CsvBatch.objects.filter(rejects__in=names).values_list("rejects", flat=True))


def forget_source(batch_id: Any) -> None:
    """Deletes the batch's own copies of its cells: the file, the rows that were left out of it, the samples of its
    columns, the draft's history."""
    batch = CsvBatch.objects.get(pk=batch_id)
    CsvBatch.objects.filter(pk=batch_id).update(source="", rejects="", column_facts=[], draft_history=[])
    _delete_files_when_unused(batch)


@receiver(post_delete, sender=CsvBatch)
def delete_file_of_batch(sender: type[CsvBatch], instance: CsvBatch, **kwargs: Any) -> None:
    _delete_files_when_unused(instance)


@receiver(post_delete, sender=Upload)
def delete_file_of_upload(sender: type[Upload], instance: Upload, **kwargs: Any) -> None:
    delete_when_unused(instance.file.name, instance.file.storage)


def _delete_files_when_unused(batch: CsvBatch) -> None:
    for file in (batch.source, batch.rejects):
        delete_when_unused(file.name, file.storage)


def delete_when_unused(name: str | None, storage: Storage) -> None:
    """Deletes the file after the commit, unless another batch uses it then."""
    if name:
        transaction.on_commit(lambda: _delete_if_unused(storage, name))


def _delete_if_unused(storage: Storage, name: str) -> None:
    if not _used([name]):
        storage.delete(name)


@contextmanager
def deleted_on_failure(file: FieldFile) -> Iterator[None]:
    """For what follows the storing of a file: where that fails, nothing mentions the file."""
    try:
        yield
    except BaseException:
        if file.name:
            file.storage.delete(file.name)
        raise

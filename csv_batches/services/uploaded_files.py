"""Deletes uploaded files: those kept long enough to be read again with other options, and those of deleted batches."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from csv_batches.models import CsvBatch, Upload
from csv_batches.rules.choices import UploadState

REFUSED_KEPT_FOR = timedelta(days=1)
"""How long a file is kept that was refused before there was a draft."""


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
        batch.source.delete(save=False)
        CsvBatch.objects.filter(pk=batch.pk).update(source="")
    old = Q(created_at__lt=before) | Q(created_at__lt=timezone.now() - REFUSED_KEPT_FOR, batch=None)
    for upload in Upload.objects.filter(old, state=UploadState.FAILED):
        upload.delete()


def forget_source(batch_id: Any) -> None:
    """Deletes the batch's own copies of its cells: the file, the samples of its columns, the draft's history."""
    batch = CsvBatch.objects.get(pk=batch_id)
    _delete_on_commit(batch.source)
    CsvBatch.objects.filter(pk=batch_id).update(source="", column_facts=[], draft_history=[])


@receiver(post_delete, sender=CsvBatch)
def delete_file_of_batch(sender: type[CsvBatch], instance: CsvBatch, **kwargs: Any) -> None:
    _delete_on_commit(instance.source)


@receiver(post_delete, sender=Upload)
def delete_file_of_upload(sender: type[Upload], instance: Upload, **kwargs: Any) -> None:
    _delete_on_commit(instance.file)


def _delete_on_commit(file: FieldFile) -> None:
    name, storage = file.name, file.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))

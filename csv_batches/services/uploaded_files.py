"""The uploaded files: kept for a time so that they can be read again with other options, and gone with their batch."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from csv_batches.models import CsvBatch, Upload

UNDECIDED = timedelta(days=1)
"""So long a file is kept that was refused before there was a draft."""


def forget_old() -> None:
    """Deletes the files that were sent more than `UPLOAD_KEEP_DAYS` ago, whose rows stay, and refused files about which
    nobody decided."""
    before = timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS)
    # No file is older than its batch; in an old draft there may be a new one.
    for batch in CsvBatch.objects.filter(created_at__lt=before).exclude(source=""):
        if _is_newer(batch.source, before):
            continue
        batch.source.delete(save=False)
        CsvBatch.objects.filter(pk=batch.pk).update(source="")
    refused = Upload.objects.filter(state=Upload.State.FAILED)
    old = Q(created_at__lt=before) | Q(created_at__lt=timezone.now() - UNDECIDED, batch=None)
    for upload in refused.filter(old):
        upload.delete()


def _is_newer(file: FieldFile, moment: datetime) -> bool:
    try:
        return file.storage.get_modified_time(file.name or "") >= moment
    except FileNotFoundError:
        return False


def forget_source(batch_id: Any) -> None:
    """Deletes what the batch itself has of its cells: the file, samples of the columns, the draft's history."""
    batch = CsvBatch.objects.get(pk=batch_id)
    _delete_when_committed(batch.source)
    CsvBatch.objects.filter(pk=batch_id).update(source="", column_facts=[], draft_history=[])


@receiver(post_delete, sender=CsvBatch)
def delete_file(sender: type[CsvBatch], instance: CsvBatch, **kwargs: Any) -> None:
    _delete_when_committed(instance.source)


@receiver(post_delete, sender=Upload)
def delete_upload(sender: type[Upload], instance: Upload, **kwargs: Any) -> None:
    _delete_when_committed(instance.file)


def _delete_when_committed(file: FieldFile) -> None:
    name, storage = file.name, file.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))

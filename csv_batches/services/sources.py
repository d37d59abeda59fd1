"""The uploaded files: kept for a time so that they can be read again with other options, and gone with their batch."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from csv_batches.models import CsvBatch


def forget_old() -> None:
    """Deletes the files of batches that were made more than `UPLOAD_KEEP_DAYS` ago; their rows stay."""
    before = timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS)
    for batch in CsvBatch.objects.filter(created_at__lt=before).exclude(source=""):
        batch.source.delete(save=False)
        CsvBatch.objects.filter(pk=batch.pk).update(source="")


@receiver(post_delete, sender=CsvBatch)
def delete_file(sender: type[CsvBatch], instance: CsvBatch, **kwargs: Any) -> None:
    if instance.source:
        name, storage = instance.source.name, instance.source.storage
        transaction.on_commit(lambda: storage.delete(name))

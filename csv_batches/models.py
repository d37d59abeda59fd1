"""A CSV batch: a queue whose rows come from a file, with the mapping, template and schema that its operator chose."""

from pathlib import PurePath
from typing import Any

from django.db import models

from experiments.json_field import OrderedJSONField
from experiments.models import Queue, QueueItem
from experiments.querysets import QueueItemQuerySet, QueueQuerySet

KIND = "csv_batch"


def source_path(batch: "CsvBatch", filename: str) -> str:
    """Where the uploaded file is kept: by the batch's id, never by a name that a user chose."""
    suffix = ".jsonl" if PurePath(filename).suffix.lower() == ".jsonl" else ".csv"
    return f"csv_batches/{batch.pk}{suffix}"


class CsvBatch(Queue):
    class SchemaMode(models.TextChoices):
        UPDATE = "update"
        KEEP = "keep"

    dataset_name = models.CharField(max_length=255, blank=True)
    source = models.FileField(upload_to=source_path, max_length=255, blank=True)
    source_name = models.CharField(max_length=255, blank=True)
    source_size = models.BigIntegerField(null=True, blank=True, help_text="Bytes.")
    source_sha256 = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    line_end = models.CharField(max_length=2, default="\n")
    read_options = models.JSONField(default=dict, blank=True, help_text="What the file was read with.")
    warnings = models.JSONField(default=list, blank=True)
    upload = models.JSONField(null=True, blank=True, help_text="State of a parse in the background.")

    columns = OrderedJSONField(default=list, blank=True, help_text="[{name, header, mode, key}] in file order.")
    prompt_template = models.TextField(blank=True)
    response_fields = OrderedJSONField(default=list, blank=True, help_text="What the operator clicked, in order.")
    schema_json = OrderedJSONField(null=True, blank=True, help_text="The JSON Schema of it, checked on every answer.")
    schema_guidance = models.TextField(blank=True)
    schema_example = OrderedJSONField(null=True, blank=True)
    schema_mode = models.CharField(max_length=8, choices=SchemaMode.choices, default=SchemaMode.UPDATE)
    draft_history = OrderedJSONField(default=list, blank=True, help_text="Earlier states of the draft, for undo.")

    objects = QueueQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name_plural = "CSV batches"

    def __str__(self) -> str:
        return self.name

    @property
    def rows(self) -> "QueueItemQuerySet":
        # `self.items` would give the parent's class and not the proxy.
        return CsvBatchRow.objects.filter(queue_id=self.pk)

    @property
    def header_texts(self) -> list[str]:
        return [column["header"] for column in self.columns]

    @property
    def column_names(self) -> list[str]:
        return [column["name"] for column in self.columns]


class CsvBatchRowManager(models.Manager.from_queryset(QueueItemQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind=KIND)


class CsvBatchRow(QueueItem):
    """An item of a CSV batch; its payload is the list of cell texts in column order."""

    objects = CsvBatchRowManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = "CSV batch row"

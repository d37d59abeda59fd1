"""A CSV batch: a queue whose rows come from a file, with the mapping, template and schema that its operator chose."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from csv_batches.rules.choices import SchemaMode, UploadState
from experiments import response_schema
from experiments.ingest import INGEST_FORMATS, name_without_packing, packing_of
from experiments.models import Queue, QueueItem
from experiments.models.fields import OrderedJSONField
from experiments.models.querysets import OwnedQuerySet, QueueItemQuerySet, QueueQuerySet
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import field_to_json

KIND = "csv_batch"
FOLDER = "csv_batches"
"""Where uploaded files are kept, below `MEDIA_ROOT`."""
REJECTS_SUFFIX = ".rejects.csv"
STATES = [choice for choice in UploadState.choices() if choice[0] != UploadState.DONE]
"""Of an upload that there is: once its rows are stored, it is gone."""


class UploadQuerySet(OwnedQuerySet):
    owner_field = "owner"


def source_path(batch: "CsvBatch", filename: str) -> str:
    """Where the uploaded file is kept: named after the batch's id, never after a name that a user chose."""
    return f"{FOLDER}/{batch.pk}{kept_suffix(filename)}"


def kept_suffix(filename: str) -> str:
    """The first suffix of a format, if the name ends with it; everything else is kept as CSV, `.ndjson` too.

    Behind it comes that of an archive: `.csv.gz`.
    """
    kept = [one.suffixes[0] for one in INGEST_FORMATS]
    suffix = PurePath(name_without_packing(filename)).suffix.lower()
    packing = packing_of(filename)
    return (suffix if suffix in kept else kept[0]) + (packing.suffix if packing else "")


def incoming_path(upload: "Upload", filename: str) -> str:
    return f"{FOLDER}/{upload.pk}{kept_suffix(filename)}"


class CsvBatch(Queue):
    dataset_name = models.CharField(max_length=255, blank=True)
    source = models.FileField(upload_to=source_path, max_length=255, blank=True)
    source_name = models.CharField(max_length=255, blank=True)
    source_size = models.BigIntegerField(null=True, blank=True, help_text="Bytes.")
    source_sha256 = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    line_end = models.CharField(max_length=2, default="\n")
    read_options = models.JSONField(default=dict, blank=True, help_text="What was chosen about the file.")
    options_in_force = models.JSONField(default=dict, blank=True, help_text="What was chosen, and what was found.")
    rejects = models.FileField(upload_to=FOLDER, max_length=255, blank=True, help_text="Rows that were left out.")
    reject_count = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list, blank=True)

    columns = OrderedJSONField(default=list, blank=True, help_text="[{name, header, mode, key}] in file order.")
    column_facts = models.JSONField(
        default=list, blank=True, help_text="[{empty, samples}] in the order of the columns; empty: not counted."
    )
    prompt_template = models.TextField(blank=True)
    response_fields = OrderedJSONField(default=list, blank=True, help_text="What the operator clicked, in order.")
    schema_json = OrderedJSONField(null=True, blank=True, help_text="The JSON Schema of it, checked on every answer.")
    schema_guidance = models.TextField(blank=True)
    schema_example = OrderedJSONField(null=True, blank=True)
    schema_mode = models.CharField(max_length=8, choices=SchemaMode.choices(), default=SchemaMode.UPDATE)
    skip_empty = models.BooleanField(
        default=False, db_default=False, help_text="Rows whose prompt columns are all blank are not called."
    )
    draft_history = OrderedJSONField(default=list, blank=True, help_text="Earlier states of the draft, for undo.")

    revision = models.PositiveIntegerField(
        default=1, db_default=1, help_text="Goes up when prompt, columns or schema change after the start."
    )
    revises = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="drafts_of_changes",
        help_text="Of a draft: the started batch that gets its prompt, columns and schema.",
    )
    revises_revision = models.PositiveIntegerField(
        null=True, blank=True, help_text="The revision of that batch with which the draft began."
    )

    objects = QueueQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name_plural = "CSV batches"
        # Who uses a file is asked whenever somebody does not any more.
        indexes = (
            models.Index(fields=("source",), condition=~models.Q(source=""), name="csvbatch_source"),
            models.Index(fields=("rejects",), condition=~models.Q(rejects=""), name="csvbatch_rejects"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revises__isnull=True, revises_revision__isnull=True)
                | models.Q(revises__isnull=False, revises_revision__isnull=False),
                name="csvbatch_revises_a_revision",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def rows(self) -> "QueueItemQuerySet":
        # `self.items` would give the parent's class and not the proxy.
        return CsvBatchRow.objects.filter(queue_id=self.pk)

    @property
    def arriving(self) -> "Upload | None":
        """The file that is being read or was refused; the one that the rows came from is `source`."""
        found: Upload | None = getattr(self, "incoming", None)
        # The cached object of an upload that was just deleted has no primary key.
        return found if found is not None and found.pk else None

    @property
    def is_being_read(self) -> bool:
        upload = self.arriving
        return upload is not None and upload.state == UploadState.PARSING

    def set_response_fields(self, given: Sequence[Mapping[str, Any]]) -> None:
        """The fields, and the schema, guidance and example that they make. The caller saves the batch.

        `InvalidInput` where a field is not valid; the batch is unchanged then.
        """
        checked = check_fields(given)
        schema = fields_to_schema(checked) if checked else None
        self.response_fields = [field_to_json(field) for field in checked]
        self.schema_json = schema
        self.schema_guidance = response_schema.guidance(schema) if schema else ""
        self.schema_example = response_schema.example(schema) if schema else None

    @property
    def header_texts(self) -> list[str]:
        return [column["header"] for column in self.columns]

    @property
    def column_names(self) -> list[str]:
        return [column["name"] for column in self.columns]


class EarlierRevision(models.Model):
    """What a batch sent and checked before it was changed after its start. The last revision is the batch itself."""

    batch = models.ForeignKey(CsvBatch, on_delete=models.CASCADE, related_name="earlier_revisions")
    number = models.PositiveIntegerField()
    until = models.DateTimeField(help_text="Calls that began later are of a later revision: none was under way then.")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Who ended it."
    )
    columns = OrderedJSONField()
    prompt_template = models.TextField(blank=True)
    response_fields = OrderedJSONField()
    schema_json = OrderedJSONField(null=True)
    schema_guidance = models.TextField(blank=True)
    schema_example = OrderedJSONField(null=True)
    schema_mode = models.CharField(max_length=8, choices=SchemaMode.choices())

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("batch", "number"), name="earlier_revision_unique"),)

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.number}"


class CsvBatchRowManager(models.Manager.from_queryset(QueueItemQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind=KIND)


class CsvBatchRow(QueueItem):
    """An item of a CSV batch; its payload is the list of cell texts in column order."""

    objects = CsvBatchRowManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = "CSV batch row"


class Upload(models.Model):
    """A file on its way into a draft: being read by a worker, or refused and kept until its owner decides.

    An upload without a `batch` was refused before there was a draft; one without a `file` reads the file that the batch
    keeps again. Once the rows are stored the upload is deleted, and its file becomes the batch's.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    batch = models.OneToOneField(CsvBatch, on_delete=models.CASCADE, related_name="incoming", null=True, blank=True)
    file = models.FileField(upload_to=incoming_path, max_length=255, blank=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField(help_text="Bytes.")
    options = models.JSONField(default=dict, help_text="What it is read with.")
    state = models.CharField(max_length=8, choices=STATES)
    rows = models.PositiveIntegerField(default=0, help_text="Read so far.")
    errors = models.JSONField(default=list, blank=True, help_text="[{code, detail, attr}], with the place in the file.")
    lease_id = models.UUIDField(null=True, blank=True, help_text="Of the worker that reads it.")
    beat = models.DateTimeField(null=True, blank=True, help_text="When that worker was last heard of.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Workers that began to read it.")
    enqueued_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("enqueued_at",), condition=models.Q(state=UploadState.PARSING), name="upload_parsing"),
        )

    def __str__(self) -> str:
        return self.name

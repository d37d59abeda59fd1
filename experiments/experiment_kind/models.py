"""An experiment: a queue whose items have expected answers, and how they are scored."""

from typing import Any

from django.db import models

from experiments.experiment_kind.choices import SchemaMode
from experiments.models.fields import OrderedJSONField
from experiments.models.querysets import QueueItemQuerySet, QueueQuerySet
from experiments.models.queues import Queue, QueueItem

KIND = "experiment"


class Experiment(Queue):
    dataset_name = models.CharField(max_length=255, blank=True)
    source_name = models.CharField(max_length=255, blank=True)
    source_size = models.BigIntegerField(null=True, blank=True, help_text="Bytes.")
    source_sha256 = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    line_end = models.CharField(max_length=2, default="\n")
    warnings = models.JSONField(default=list, blank=True, help_text="[{line, column, field, code, detail}]")

    columns = OrderedJSONField(default=list, blank=True, help_text="[{name, header, role, key}] in file order.")
    dataset_size = models.PositiveIntegerField(default=0, help_text="Items, however often each is run.")
    dataset_digest = models.CharField(
        max_length=64, blank=True, help_text="The same for data sets of the same messages and params in the same order."
    )

    column_facts = models.JSONField(
        default=list, db_default=[], blank=True, help_text="[{empty, samples}] in file order."
    )
    prompt_template = models.TextField(blank=True, default="", db_default="")

    schema_mode = models.CharField(max_length=8, choices=SchemaMode.choices(), default=SchemaMode.NETWORK)
    response_fields = OrderedJSONField(default=list, blank=True, help_text="The schema's plain fields, in order.")
    schema_json = OrderedJSONField(null=True, blank=True, help_text="What answers are checked against.")
    schema_guidance = models.TextField(blank=True)
    schema_example = OrderedJSONField(null=True, blank=True)
    scoring = models.JSONField(default=dict, blank=True, help_text="{rule, field, absolute, relative}")

    objects = QueueQuerySet.as_manager()  # type: ignore[misc]

    def __str__(self) -> str:
        return self.name

    @property
    def rows(self) -> "QueueItemQuerySet":
        # `self.items` would give the parent's class and not the proxy.
        return ExperimentItem.objects.filter(queue_id=self.pk)

    @property
    def column_names(self) -> list[str]:
        return [column["name"] for column in self.columns]


class ExperimentItemManager(models.Manager.from_queryset(QueueItemQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind=KIND)


class ExperimentItem(QueueItem):
    """One run of an item of the data set.

    Its payload is the cell texts in the order of the columns, and behind them what `datasets.ITEM_NUMBER` and
    `datasets.ITERATION` point at.
    """

    objects = ExperimentItemManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = "experiment item"

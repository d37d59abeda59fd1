"""Reads: what a batch sent and checked before it was changed after its start, and of which revision a row's answer is.

A change is made while nothing is called. So the time at which a row's call began says which revision it was.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, DateTimeField, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual

from csv_batches.models import CsvBatch, EarlierRevision
from csv_batches.selectors.plan import CsvBatchPlan
from experiments.core.choices import FINAL, RowStatus
from experiments.kinds import Extras
from experiments.models import QueueItem
from experiments.response_schema.fields import shown_fields

REVISED = ("columns", "prompt_template", "response_fields", "schema_mode")
"""The settings that can change after the start."""
KEPT = (*REVISED, "schema_json", "schema_guidance", "schema_example")
"""What an earlier revision keeps."""
CALLED_AT = Coalesce("started_at", "completed_at", output_field=DateTimeField())
"""A row that has the answer of another one was not called itself."""


def earlier_of(batch: CsvBatch) -> QuerySet[EarlierRevision]:
    return EarlierRevision.objects.filter(batch_id=batch.pk).select_related("changed_by")


def extras_of(batch: CsvBatch) -> Extras:
    """The column `revision` of a batch that was changed: of each row that was called, null for all others."""
    if batch.revision == 1:
        return Extras()
    return Extras(
        names=("revision",),
        annotations={"of_revision": _revision(batch)},
        in_table=1,
        in_words=lambda found: ["" if found[0] is None else str(found[0])],
    )


def _revision(batch: CsvBatch) -> Case:
    ends = earlier_of(batch).values_list("number", "until")
    called = {"status__in": [*FINAL, RowStatus.RUNNING]}
    return Case(
        *(When(LessThanOrEqual(CALLED_AT, until), **called, then=Value(number)) for number, until in ends),
        When(**called, then=Value(batch.revision)),
        default=None,
        output_field=IntegerField(),
    )


def plan_of_item(batch: CsvBatch, item: QueueItem) -> CsvBatchPlan:
    """By which its message was made; for a row that waits, will be."""
    called_at = item.started_at or item.completed_at
    if batch.revision > 1 and called_at is not None and item.status in FINAL:
        earlier = earlier_of(batch).filter(until__gte=called_at).first()
        if earlier is not None:
            return CsvBatchPlan.of(earlier)
    return CsvBatchPlan.of(batch)


def revisions_as_json(batch: CsvBatch) -> list[dict[str, Any]]:
    """`[{revision, until, changed_by, columns, prompt_template, response_fields, schema_json, schema_mode}]`, from the
    first to the one that the batch has now, whose `until` and `changed_by` are null."""
    earlier = [
        {
            "revision": one.number,
            "until": one.until,
            "changed_by": one.changed_by.get_username() if one.changed_by else None,
            **_settings(one),
        }
        for one in earlier_of(batch)
    ]
    return [*earlier, {"revision": batch.revision, "until": None, "changed_by": None, **_settings(batch)}]


def _settings(of: CsvBatch | EarlierRevision) -> dict[str, Any]:
    return {
        "columns": of.columns,
        "prompt_template": of.prompt_template,
        "response_fields": shown_fields(of.response_fields),
        "schema_json": of.schema_json,
        "schema_mode": of.schema_mode,
    }


def changed_settings(before: Any, after: Any, names: Sequence[str] = REVISED) -> list[str]:
    return [name for name in names if getattr(before, name) != getattr(after, name)]

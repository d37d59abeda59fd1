"""The kind *CSV batch*: what it tells the host."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.selectors import batches, revisions
from csv_batches.selectors.plan import CsvBatchPlan, plan_of_batch
from csv_batches.services import background_upload, drafts, duplicates, launch, uploaded_files
from csv_batches.web.first_visit import first_visit
from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.core.json_numbers import to_json
from experiments.kinds import Extras, Json, Nouns, QueueKind, SetUp
from experiments.services import queues


class CsvBatchKind(QueueKind):
    name = KIND
    label = "CSV batch"
    slug = "csv-batch"
    collection = "csv_batches"
    model = CsvBatch
    nouns = Nouns("batch", "batches", "row", "rows")
    about = (
        "A batch sends every row of a CSV file to an agent network "
        "and gives the rows back with the answers beside them."
    )
    how_to_begin = "Choose a file to begin"
    no_items = "Upload a file or insert rows through the API."
    duplicate_takes = "the same file, mapping, template and schema"
    subtitle_template = "csv_batches/queue_facts.html"
    actions_template = "csv_batches/queue_acts.html"
    first_template = "csv_batches/first_visit.html"
    list_columns = ("source_name",)
    can = frozenset({"create", "update", "insert", "run", "duplicate"})

    def plan(self, queue_id: Any) -> CsvBatchPlan:
        return plan_of_batch(queue_id)

    def sweep(self) -> None:
        background_upload.sweep()

    def tidy(self) -> None:
        uploaded_files.delete_old()
        uploaded_files.delete_unknown()

    def forget_source(self, queue_id: Any) -> None:
        uploaded_files.forget_source(queue_id)

    def file_bytes(self, owner_id: int, beside: Any = None) -> int:
        return batches.file_bytes_of(owner_id, beside)

    def visible_to(self, user: Any) -> QuerySet[CsvBatch]:
        return batches.batches_of(user)

    def with_text(self, queues: QuerySet[CsvBatch], text: str) -> QuerySet[CsvBatch]:
        return queues.filter(Q(name__icontains=text) | Q(source_name__icontains=text))

    def first_visit(self) -> dict[str, Json]:
        return first_visit()

    def file_name(self, queue: CsvBatch) -> str:
        return queue.source_name

    def columns(self, queue: CsvBatch) -> list[str]:
        return queue.column_names

    def headers(self, queue: CsvBatch) -> list[str]:
        return queue.header_texts

    def line_end(self, queue: CsvBatch) -> str:
        return queue.line_end

    def delimiter(self, queue: CsvBatch) -> str:
        return queue.delimiter if len(queue.delimiter) == 1 else super().delimiter(queue)

    def shown_positions(self, queue: CsvBatch) -> list[int]:
        """The columns that are sent; before any is mapped, all."""
        sent = [position for position, column in enumerate(queue.columns) if mode_of_column(column).is_sent]
        return sent or list(range(len(queue.columns)))

    def column_uses(self, queue: CsvBatch) -> list[str]:
        return [mode_of_column(column).heading for column in queue.columns]

    def response_fields(self, queue: CsvBatch) -> list[dict[str, Json]]:
        fields: list[dict[str, Json]] = queue.response_fields
        return fields

    def schema(self, queue: CsvBatch) -> dict[str, Json] | None:
        schema: dict[str, Json] | None = queue.schema_json
        return schema

    def with_same_rows(self, queue: CsvBatch, user: Any) -> QuerySet[CsvBatch]:
        return batches.batches_of_same_file(queue, user)

    def settings_in_words(self, queue: CsvBatch) -> dict[str, str]:
        sent = (f"{one['name']}: {mode_of_column(one).heading}" for one in queue.columns if mode_of_column(one).is_sent)
        schema = to_json(queue.schema_json, indent=2) if queue.schema_json else ""
        return {"Prompt": queue.prompt_template, "Columns": "\n".join(sent), "Response schema": schema}

    def extras(self, queue: CsvBatch) -> Extras:
        return revisions.extras_of(queue)

    def plan_of_item(self, queue: CsvBatch, item: Any) -> CsvBatchPlan:
        return revisions.plan_of_item(queue, item)

    def preview(self, plan: Any, payload: Sequence[str]) -> dict[str, Json]:
        found: dict[str, Json] = plan.preview(payload)
        return found

    def missing(self, queue: CsvBatch) -> list[WorkbenchError]:
        return launch.missing(queue)

    def set_up(self, queue: CsvBatch, missing: Sequence[WorkbenchError]) -> SetUp:
        step = steps.step_of(missing[0].attr) if missing else steps.REVIEW
        return SetUp(step.title, reverse(f"csv_batches:{step.key}", args=[queue.pk]))

    def new_address(self) -> str:
        return reverse("csv_batches:new")

    def create(self, *, user: Any, values: Mapping[str, Json]) -> CsvBatch:
        return drafts.create(user=user, values=values)

    def update(self, *, queue_id: Any, values: Mapping[str, Json]) -> CsvBatch:
        return drafts.update(batch_id=queue_id, values=values)

    def insert(self, *, queue_id: Any, rows: Sequence[Mapping[str, Json]]) -> tuple[int, int]:
        return drafts.insert_rows(batch_id=queue_id, rows=rows)

    def run(self, *, queue: CsvBatch, user: Any, order: Mapping[str, Json]) -> None:
        if queue.status == QueueStatus.COMPLETED and queue.queued:
            # Rows that were added to it.
            queues.resume(queue_id=queue.pk)
            return
        first, last = order.get("first"), order.get("to")
        # An order counts the first rows, or names both ends of a range; `Order.range_to` is exclusive.
        after_last = None if last is None else last + 1
        launch.run(
            batch_id=queue.pk,
            user=user,
            order=launch.Order(
                confirmed=order["confirm_schema_change"],
                seen=order.get("seen"),
                range_from=0 if first is not None else order.get("from"),
                range_to=after_last if first is None else first,
            ),
        )

    def duplicate(self, *, queue: CsvBatch, user: Any, failed_only: bool) -> CsvBatch:
        return duplicates.duplicate(batch=queue, user=user, failed_only=failed_only)

    def serializers(self) -> Any:
        from csv_batches.api.serializers import SERIALIZERS

        return SERIALIZERS

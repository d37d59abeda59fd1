"""What the worker asks of a CSV batch: the request of a row, and whether an answer is acceptable."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from csv_batches.models import CsvBatch, EarlierRevision
from csv_batches.rules import mapping
from experiments import prompts, response_schema
from experiments.prompts.message import MessagePlan


@dataclass(frozen=True)
class CsvBatchPlan(MessagePlan):
    """Mapping, template and schema of a batch, or of an earlier revision of it, compiled once."""

    schema: dict[str, Any] | None
    guidance: str
    example: dict[str, Any] | None
    validate: Callable[[Any], str | None] | None

    @classmethod
    def of(cls, of: CsvBatch | EarlierRevision) -> "CsvBatchPlan":
        schema = of.schema_json
        return cls(
            columns=mapping.ColumnMapping(of.columns),
            template=prompts.compile_template(of.prompt_template),
            schema=schema,
            guidance=of.schema_guidance,
            example=of.schema_example,
            validate=response_schema.validator(schema) if schema else None,
        )

    def check(self, answer: dict[str, Any]) -> str | None:
        return self.validate(answer) if self.validate else None


def plan_of_batch(queue_id: UUID) -> CsvBatchPlan:
    return CsvBatchPlan.of(CsvBatch.objects.get(pk=queue_id))

"""What the worker asks of a CSV batch: the request of a row, and whether an answer is acceptable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from csv_batches.models import CsvBatch, EarlierRevision
from csv_batches.rules import mapping
from experiments import prompts, response_schema
from experiments.prompts import Problem, Template


@dataclass(frozen=True)
class CsvBatchPlan:
    """Mapping, template and schema of a batch, or of an earlier revision of it, compiled once."""

    columns: mapping.ColumnMapping
    template: Template
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

    def request(self, payload: Sequence[str]) -> tuple[str, dict[str, Any]]:
        params = self.columns.system_params(payload)
        row = self.columns.row(payload)
        message = prompts.render_message(self.template, row, params, self.columns.columns_text(payload))
        return message, params

    def check(self, answer: dict[str, Any]) -> str | None:
        return self.validate(answer) if self.validate else None

    def unknown_placeholders(self) -> list[Problem]:
        """Placeholders of the template that no row has. Only the columns matter here, not what a row holds."""
        blank = [""] * len(self.columns.names)
        return prompts.unknown_placeholders(self.template, self.scope(blank))

    def scope(self, payload: Sequence[str]) -> Mapping[str, Any]:
        return {
            "row": self.columns.row(payload),
            "system_params": self.columns.system_params(payload),
            "columns": self.columns.columns_text(payload),
        }


def plan_of_batch(queue_id: UUID) -> CsvBatchPlan:
    return CsvBatchPlan.of(CsvBatch.objects.get(pk=queue_id))

"""What the worker asks of an experiment: the request of an item, and whether an answer will do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from experiments import response_schema
from experiments.core.errors import InvalidInput
from experiments.experiment_kind.datasets import BadParams, Layout


@dataclass(frozen=True)
class ExperimentPlan:
    """Columns and schema of one experiment, compiled once. Messages are sent as they stand in the data set."""

    layout: Layout
    schema: dict[str, Any] | None
    guidance: str
    example: dict[str, Any] | None
    validate: Callable[[Any], str | None] | None

    @classmethod
    def of(cls, experiment: Any) -> "ExperimentPlan":
        schema = experiment.schema_json
        return cls(
            layout=Layout.of(experiment.columns),
            schema=schema,
            guidance=experiment.schema_guidance,
            example=experiment.schema_example,
            validate=response_schema.validator(schema) if schema else None,
        )

    def request(self, payload: Sequence[str]) -> tuple[str, dict[str, Any]]:
        try:
            return self.layout.message(payload), self.layout.system_params(payload)
        except BadParams as error:
            # The data set was checked before it was stored: only a change of the table itself comes here.
            raise InvalidInput(f"The system params of this item: the cell {error}.", code="template_error") from error

    def check(self, answer: dict[str, Any]) -> str | None:
        return self.validate(answer) if self.validate else None


def plan(queue_id: UUID) -> ExperimentPlan:
    from experiments.experiment_kind.models import Experiment

    return ExperimentPlan.of(Experiment.objects.get(pk=queue_id))

"""What the worker asks of an experiment: the request of an item, and whether an answer will do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from experiments import response_schema
from experiments.core.choices import RowError
from experiments.core.errors import InvalidInput
from experiments.experiment_kind.datasets import BadParams, DatasetLayout
from experiments.experiment_kind.models import Experiment


@dataclass(frozen=True)
class ExperimentPlan:
    """Columns and schema of one experiment, compiled once. Messages are sent as they are in the data set."""

    layout: DatasetLayout
    schema: dict[str, Any] | None
    guidance: str
    example: dict[str, Any] | None
    validate: Callable[[Any], str | None] | None

    def request(self, payload: Sequence[str]) -> tuple[str, dict[str, Any]]:
        try:
            return self.layout.message(payload), self.layout.system_params(payload)
        except BadParams as error:
            # Checked before it was stored: this takes a change of the table by other means.
            sentence = f"The system params of this item: the cell {error}."
            raise InvalidInput(sentence, code=RowError.TEMPLATE_ERROR) from error

    def check(self, answer: dict[str, Any]) -> str | None:
        return self.validate(answer) if self.validate else None


def plan_of_experiment(experiment_id: UUID) -> ExperimentPlan:
    experiment = Experiment.objects.get(pk=experiment_id)
    schema = experiment.schema_json
    return ExperimentPlan(
        layout=DatasetLayout.from_json(experiment.columns),
        schema=schema,
        guidance=experiment.schema_guidance,
        example=experiment.schema_example,
        validate=response_schema.validator(schema) if schema else None,
    )

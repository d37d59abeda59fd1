"""What the worker asks of an experiment: the request of an item, and whether an answer will do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from experiments import prompts, response_schema
from experiments.core.choices import RowError
from experiments.core.errors import InvalidInput
from experiments.experiment_kind.datasets import BadParams, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.prompts.columns import MessageColumns
from experiments.prompts.message import MessagePlan


class DatasetMessage(MessageColumns):
    """One prompt column alone is sent as it is. Cells that are empty send no param."""

    __slots__ = ("_layout",)

    def __init__(self, layout: DatasetLayout) -> None:
        super().__init__(layout.columns, bare_alone=True)
        self._layout = layout

    def row(self, cells: Sequence[str]) -> dict[str, str]:
        # Behind its cells a row has the numbers of the item and the iteration.
        return dict(zip(self.names, cells, strict=False))

    def system_params(self, cells: Sequence[str]) -> dict[str, Any]:
        try:
            return self._layout.system_params(cells)
        except BadParams as error:
            # Checked before it was stored: a column became a param later that the cell gives too.
            sentence = f"The system params of this item: the cell {error}."
            raise InvalidInput(sentence, code=RowError.TEMPLATE_ERROR) from error

    def scope_params(self, cells: Sequence[str]) -> dict[str, Any]:
        """Of the columns that have a key, empty ones too: a template names them."""
        return super().system_params(cells)


@dataclass(frozen=True)
class ExperimentPlan(MessagePlan):
    """Columns, template and schema of one experiment, compiled once."""

    layout: DatasetLayout
    schema: dict[str, Any] | None
    guidance: str
    example: dict[str, Any] | None
    validate: Callable[[Any], str | None] | None

    @classmethod
    def of(cls, experiment: Experiment) -> "ExperimentPlan":
        schema, layout = experiment.schema_json, DatasetLayout.from_json(experiment.columns)
        return cls(
            columns=DatasetMessage(layout),
            template=prompts.compile_template(experiment.prompt_template),
            layout=layout,
            schema=schema,
            guidance=experiment.schema_guidance,
            example=experiment.schema_example,
            validate=response_schema.validator(schema) if schema else None,
        )

    def check(self, answer: dict[str, Any]) -> str | None:
        return self.validate(answer) if self.validate else None


def plan_of_experiment(experiment_id: UUID) -> ExperimentPlan:
    return ExperimentPlan.of(Experiment.objects.get(pk=experiment_id))

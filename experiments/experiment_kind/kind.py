"""The kind *experiment*: what it tells the host, each answer by the room that knows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.core.json_numbers import to_json
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets import DatasetLayout
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.scoring import Judge
from experiments.experiment_kind.selectors import comparisons, plan, scores
from experiments.experiment_kind.services import drafts, duplicates, launch
from experiments.experiment_kind.web import judged_item, labels, score_panel, steps
from experiments.experiment_kind.web.judged_item import JudgedItem
from experiments.experiment_kind.web.score_panel import ScorePanel
from experiments.kinds import Extras, Json, Nouns, QueueKind, SetUp
from experiments.models import QueueItem
from experiments.models.querysets import QueueItemQuerySet

NUMBERS = ("item", "iteration")
"""Columns behind those of the data set: the number of the item, from 0, and the iteration, from 1."""


class ExperimentKind(QueueKind):
    name = KIND
    label = "experiment"
    slug = "experiments"
    collection = "experiments"
    model = Experiment
    # The data set has items; what is called is a row: one iteration of an item, as in the API and in addresses.
    nouns = Nouns("experiment", "experiments", "row", "rows")
    about = "An experiment runs a data set with expected answers and says how many answers are right."
    how_to_begin = "Upload a data set or add an item"
    no_items = "Upload a data set or add an item by hand."
    duplicate_takes = "the same data set, schema and scoring"
    subtitle_template = "experiments/experiment_kind/facts.html"
    head_template = "experiments/experiment_kind/head.html"
    detail_template = "experiments/experiment_kind/judged.html"
    stylesheet = "css/experiment_kind.css"
    list_columns = ("source_name", "scoring")
    can = frozenset({"create", "update", "run", "duplicate"})

    def plan(self, queue_id: Any) -> plan.ExperimentPlan:
        return plan.plan_of_experiment(queue_id)

    def with_text(self, queues: QuerySet[Experiment], text: str) -> QuerySet[Experiment]:
        return queues.filter(Q(name__icontains=text) | Q(source_name__icontains=text))

    def file_name(self, queue: Experiment) -> str:
        return queue.source_name

    def columns(self, queue: Experiment) -> list[str]:
        return [*queue.column_names, *_unused_names(NUMBERS, queue.column_names)]

    def headers(self, queue: Experiment) -> list[str]:
        headers = [column["header"] for column in queue.columns]
        return [*headers, *_unused_names(NUMBERS, headers)]

    def line_end(self, queue: Experiment) -> str:
        return queue.line_end

    def delimiter(self, queue: Experiment) -> str:
        return queue.delimiter if len(queue.delimiter) == 1 else super().delimiter(queue)

    def shown_positions(self, queue: Experiment) -> list[int]:
        """Message, expected answer and label, then all else but the number of iterations."""
        layout = DatasetLayout.from_json(queue.columns)
        sent = [number for number, column in enumerate(layout.columns) if column.traits.in_prompt]
        best = [layout.position(role) for role in (ColumnRole.EXPECTED, ColumnRole.LABEL)]
        first = sent + [position for position in best if position is not None]
        hidden = {*first, layout.position(ColumnRole.ITERATIONS)}
        return first + [position for position in range(len(queue.columns)) if position not in hidden]

    def response_fields(self, queue: Experiment) -> list[dict[str, Json]]:
        fields: list[dict[str, Json]] = queue.response_fields
        return fields

    def schema(self, queue: Experiment) -> dict[str, Json] | None:
        schema: dict[str, Json] | None = queue.schema_json
        return schema

    def extras(self, queue: Experiment) -> Extras:
        if queue.source_removed_at is not None:
            return Extras()
        judge = Judge(scores.scoring_of(queue))
        return Extras(
            names=("verdict", "answered"),
            annotations=scores.verdict_annotations(queue),
            values=lambda found: scores.verdict_and_answer(judge, *found),
            # Where answers have fields, the table shows those.
            in_table=1 if queue.response_fields else 2,
            in_words=lambda found: (labels.VERDICTS[found[0]], found[1]),
        )

    def verdicts(self, queue: Experiment) -> list[tuple[str, str, int]]:
        if not _is_scored(queue):
            return []
        counts = scores.score_of(queue).total.counts
        return [(str(verdict), word, counts[verdict]) for verdict, word in labels.VERDICTS.items() if counts[verdict]]

    def with_verdict(self, queue: Experiment, items: QueueItemQuerySet, verdict: str) -> QueueItemQuerySet:
        return scores.with_verdict(queue, items, verdict) if _is_scored(queue) else items.none()

    def with_same_rows(self, queue: Experiment, user: Any) -> QuerySet[Experiment]:
        return comparisons.of_same_dataset(queue, user)

    def settings_in_words(self, queue: Experiment) -> dict[str, str]:
        schema = to_json(queue.schema_json, indent=2) if queue.schema_json else ""
        columns = DatasetLayout.from_json(queue.columns).columns
        used = (f"{one.name}: {one.traits.heading}" for one in columns if one.role != ColumnRole.METADATA)
        return {"Prompt": queue.prompt_template, "Columns": "\n".join(used), "Response schema": schema}

    def list_words(self, queues: Sequence[Experiment]) -> dict[Any, str]:
        return {pk: f"{labels.percent(share)} right" for pk, share in scores.shares_right(queues).items()}

    def head(self, queue: Experiment) -> ScorePanel | None:
        return score_panel.score_panel_of(queue) if _is_scored(queue) else None

    def detail(self, queue: Experiment, item: QueueItem) -> JudgedItem | None:
        return judged_item.judged_item_of(queue, item) if queue.source_removed_at is None else None

    def set_up(self, queue: Experiment, missing: Sequence[WorkbenchError]) -> SetUp:
        step = steps.ALL.of(missing[0].attr) if missing else steps.REVIEW
        return SetUp(step.title, steps.address(queue, step))

    def new_address(self) -> str:
        return reverse("experiment_kind:new")

    def serializers(self) -> Any:
        from experiments.experiment_kind.api.serializers import SERIALIZERS

        return SERIALIZERS

    def missing(self, queue: Experiment) -> list[WorkbenchError]:
        return launch.missing(queue)

    def create(self, *, user: Any, values: Mapping[str, Json]) -> Experiment:
        return drafts.create(user=user, values=values)

    def update(self, *, queue_id: Any, values: Mapping[str, Json]) -> Experiment:
        return drafts.update(experiment_id=queue_id, values=values)

    def run(self, *, queue: Experiment, user: Any, order: Mapping[str, Json]) -> None:
        first, last = order.get("first"), order.get("to")
        # The items `from` a `to` b are given with both ends; inside, ranges end before `range_to`.
        after_last = None if last is None else last + 1
        launch.run(
            experiment_id=queue.pk,
            range_from=0 if first is not None else order.get("from"),
            range_to=after_last if first is None else first,
        )

    def duplicate(self, *, queue: Experiment, user: Any, failed_only: bool) -> Experiment:
        return duplicates.duplicate(experiment=queue, user=user, failed_only=failed_only)


def _unused_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """The names, each with a prefix until no column of the data set has it."""
    unused = []
    for name in names:
        while name in taken:
            name = f"dataset.{name}"
        unused.append(name)
    return unused


def _is_scored(experiment: Experiment) -> bool:
    """Only after it started, and until the expected answers are removed with the source rows."""
    return experiment.status != QueueStatus.DRAFT and experiment.source_removed_at is None

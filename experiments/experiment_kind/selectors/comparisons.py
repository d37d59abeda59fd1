"""Two experiments on the same data set, side by side."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from experiments.core.choices import ErrorCode
from experiments.core.errors import Conflict
from experiments.experiment_kind import scoring
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets import ITEM_NUMBER, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import Comparison, Judge, Pair, Standing
from experiments.experiment_kind.selectors.scores import score_of, scoring_of, verdict_and_answer

MAX_CANDIDATES = 200


def compare(first: Experiment, second: Experiment) -> Comparison:
    """`Conflict` where their data sets are not the same messages and params in the same order, or are removed."""
    if not first.dataset_digest or first.dataset_digest != second.dataset_digest:
        sentence = (
            f"{first.name} and {second.name} do not have the same data set: "
            "messages and system params must be the same, in the same order. Duplicate one of them to run it again."
        )
        raise Conflict(sentence, code=ErrorCode.DIFFERENT_DATASETS)
    return scoring.compare(score_of(first).verdicts_by_item(), score_of(second).verdicts_by_item())


def candidates(experiment: Experiment, user: Any) -> list[Experiment]:
    """Others of the same data set, the newest first."""
    return list(of_same_dataset(experiment, user).select_related("network")[:MAX_CANDIDATES])


def of_same_dataset(experiment: Experiment, user: Any) -> QuerySet[Experiment]:
    visible = Experiment.objects.for_user(user).top_level().filter(source_removed_at=None)
    if not experiment.dataset_digest:
        return visible.none()
    return visible.filter(dataset_digest=experiment.dataset_digest).exclude(pk=experiment.pk)


def details(first: Experiment, second: Experiment, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """What the items of these pairs asked, expected and got:

    `[{item, change, message, label, expected, first, second}]`, the sides `{right, scored, verdict, runs: [{row_index,
    answered, verdict}]}` or None. Message, label and expected answer are those of the first that has the item.
    """
    numbers = {pair.item for pair in pairs}
    items, items_of_second = _items_with_runs(first, numbers), _items_with_runs(second, numbers)
    return [_detail(pair, items.get(pair.item), items_of_second.get(pair.item)) for pair in pairs]


def _detail(pair: Pair, first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any]:
    known = first or second or {}
    return {
        "item": pair.item,
        "change": str(pair.change),
        **{name: known.get(name, "") for name in (ColumnRole.MESSAGE, ColumnRole.LABEL, ColumnRole.EXPECTED)},
        "expected_of_second": second["expected"] if second else "",
        "first": _side(pair.first, first),
        "second": _side(pair.second, second),
    }


def _side(standing: Standing | None, item: dict[str, Any] | None) -> dict[str, Any] | None:
    if standing is None or item is None:
        return None
    return {
        "right": standing.right,
        "scored": standing.scored,
        "verdict": str(standing.verdict),
        "runs": item["runs"],
    }


def _items_with_runs(experiment: Experiment, numbers: set[int]) -> dict[int, dict[str, Any]]:
    """`{item: {message, label, expected, runs}}` of the items with these numbers."""
    indexes = [index for index, item in enumerate(score_of(experiment).items) if item in numbers]
    layout, judge = DatasetLayout.from_json(experiment.columns), Judge(scoring_of(experiment))
    found = experiment.rows.filter(row_index__in=indexes).in_order()
    items: dict[int, dict[str, Any]] = defaultdict(lambda: {"runs": []})
    for index, payload, status, answer in found.values_list("row_index", "payload", "status", "result_payload"):
        expected = layout.cell(ColumnRole.EXPECTED, payload)
        verdict, answered = verdict_and_answer(judge, expected, status, answer)
        item = items[int(payload[ITEM_NUMBER] or index)]
        item["message"], item["expected"] = layout.message(payload), expected
        item["label"] = layout.cell(ColumnRole.LABEL, payload)
        item["runs"].append({"row_index": index, "answered": answered, "verdict": str(verdict)})
    return dict(items)

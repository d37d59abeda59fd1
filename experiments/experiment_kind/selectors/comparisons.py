"""Two experiments on the same data set, side by side."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from experiments.core.errors import Conflict
from experiments.experiment_kind import scoring
from experiments.experiment_kind.datasets import EXPECTED, LABEL, MESSAGE, Layout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import Comparison, Judge, Pair, Standing
from experiments.experiment_kind.selectors import scores

MOST_ITEMS = 1000
"""Of one page."""


def compare(first: Experiment, second: Experiment) -> Comparison:
    """`Conflict` where their data sets are not the same messages and params in the same order, or are removed."""
    if not first.dataset_digest or first.dataset_digest != second.dataset_digest:
        sentence = (
            f"{first.name} and {second.name} do not have the same data set: "
            "messages and system params must be the same, in the same order. Duplicate one of them to run it again."
        )
        raise Conflict(sentence, code="different_datasets")
    return scoring.compare(scores.of(first).by_item(), scores.of(second).by_item())


def candidates(experiment: Experiment, user: Any) -> list[Experiment]:
    """Others of the same data set, the newest first."""
    if not experiment.dataset_digest:
        return []
    same = (
        Experiment.objects.for_user(user)
        .listed()
        .filter(dataset_digest=experiment.dataset_digest, source_removed_at=None)
    )
    return list(same.exclude(pk=experiment.pk).select_related("network")[:200])


def details(first: Experiment, second: Experiment, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """What the items of these pairs asked, expected and got:

    `[{item, change, message, label, expected, first, second}]`, the sides `{right, scored, verdict, runs: [{row_index,
    answered, verdict}]}` or None. Message, label and expected answer are those of the first that has the item.
    """
    sides = [_runs(experiment, {pair.item for pair in pairs}) for experiment in (first, second)]
    return [_detail(pair, sides[0].get(pair.item), sides[1].get(pair.item)) for pair in pairs]


def _detail(pair: Pair, first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any]:
    known = first or second or {}
    return {
        "item": pair.item,
        "change": str(pair.change),
        **{name: known.get(name, "") for name in ("message", "label", "expected")},
        "expected_of_second": second["expected"] if second else "",
        "first": _side(pair.first, first),
        "second": _side(pair.second, second),
    }


def _side(standing: Standing | None, found: dict[str, Any] | None) -> dict[str, Any] | None:
    if standing is None or found is None:
        return None
    runs = found["runs"]
    return {"right": standing.right, "scored": standing.scored, "verdict": str(standing.verdict), "runs": runs}


def _runs(experiment: Experiment, items: set[int]) -> dict[int, dict[str, Any]]:
    indexes = [index for index, item in enumerate(scores.of(experiment).items) if item in items]
    layout, judge = Layout.of(experiment.columns), Judge(scores.scoring_of(experiment))
    found = experiment.rows.filter(row_index__in=indexes).in_order()
    made: dict[int, dict[str, Any]] = defaultdict(lambda: {"runs": []})
    for index, payload, status, answer in found.values_list("row_index", "payload", "status", "result_payload"):
        expected = layout.cell(EXPECTED, payload)
        verdict, answered = scores.judged(judge, expected, status, answer)
        item = made[int(payload[-2] or index)]
        item.update(message=layout.cell(MESSAGE, payload), label=layout.cell(LABEL, payload), expected=expected)
        item["runs"].append({"row_index": index, "answered": answered, "verdict": str(verdict)})
    return dict(made)

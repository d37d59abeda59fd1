"""How an experiment did. Nothing of it is stored: another scoring shows at once, for all items.

The network's own answers are judged; a person's correction beside one changes no score.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform

from experiments.core.choices import QueueStatus, RowStatus
from experiments.experiment_kind import scoring
from experiments.experiment_kind.choices import ColumnRole, Verdict
from experiments.experiment_kind.datasets import ITEM_NUMBER, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import Judge, Run, Score, Scoring
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors import cached_counts
from experiments.selectors.queues import refuse_without_source

CHUNK = 5000
LARGE = 2000
"""Up to so many runs the score is computed each time: every open page asks for it every few seconds."""
LIST_S = 0.2
"""So long a list counts scores that it does not know yet."""
MAX_LABELS = 200
"""The most frequent labels are listed, at most so many."""


def scoring_of(experiment: Experiment) -> Scoring:
    return Scoring.from_json(experiment.scoring)


def score_of(experiment: Experiment) -> Score:
    """Of a large experiment that is running it may be some seconds old; another scoring shows at once.

    `Conflict` where what was expected has been removed.
    """
    refuse_without_source(experiment, "scored")
    scoring_id = hashlib.sha256(json.dumps(experiment.scoring, sort_keys=True).encode()).hexdigest()[:16]
    judge = Judge(scoring_of(experiment))
    return cached_counts.cached(
        f"score.{experiment.pk}.{scoring_id}",
        rows=experiment.total,
        # The same as long as no item gets another result. Calls tell one that was answered once more.
        version=(experiment.succeeded, experiment.failed, experiment.calls, experiment.total),
        compute=lambda: scoring.score(judge, _runs(experiment), _scored_choices(experiment, judge.scoring.field)),
        large=LARGE,
    )


def shares_right(experiments: Iterable[Experiment]) -> dict[UUID, float]:
    """Which share of the scored items is right, for a list: kept as long as no item gets another result. Those that
    there is no time for are left out, and counted the next time."""
    began, found = monotonic(), {}
    for one in experiments:
        if one.status == QueueStatus.DRAFT or one.source_removed_at is not None:
            continue
        scoring_id = hashlib.sha256(json.dumps(one.scoring, sort_keys=True).encode()).hexdigest()[:16]
        key, version = f"share.{one.pk}.{scoring_id}", (one.succeeded, one.failed, one.calls, one.total)
        share = cached_counts.known(key, version=version)
        if share is None and monotonic() - began < LIST_S and one.total <= LARGE:
            share = cached_counts.cached(key, rows=1, version=version, compute=partial(_share_right, one), large=0)
        if share is not None:
            found[one.pk] = share
    return found


def _share_right(experiment: Experiment) -> float | None:
    return score_of(experiment).total.share


def _runs(experiment: Experiment) -> Iterator[Run]:
    layout = DatasetLayout.from_json(experiment.columns)
    found = experiment.rows.annotate(
        number=KeyTextTransform(ITEM_NUMBER, "payload"),
        expected=cell_expression(layout, ColumnRole.EXPECTED),
        label=cell_expression(layout, ColumnRole.LABEL),
    )
    rows = found.in_order().values_list("row_index", "number", "expected", "label", "status", "result_payload")
    for index, number, expected, label, status, answer in rows.iterator(chunk_size=CHUNK):
        # Of an experiment whose cells were removed only the answers are left.
        yield Run(int(number or index), expected or "", label or "", status, answer)


def _scored_choices(experiment: Experiment, field_name: str) -> list[str]:
    """Those that the schema gives for the scored field; for the whole answer, those of its only field."""
    fields = experiment.response_fields
    scored = fields if not field_name and len(fields) == 1 else [one for one in fields if one["name"] == field_name]
    return [choice for field in scored for choice in field.get("choices") or ()]


def cell_expression(layout: DatasetLayout, role: ColumnRole) -> KeyTextTransform:
    """For the cell with this role; null where the data set has none."""
    position = layout.position(role)
    # There is no cell at this index.
    return KeyTextTransform(2**31 - 1 if position is None else position, "payload")


def with_verdict(experiment: Experiment, items: QueueItemQuerySet, verdict: str) -> QueueItemQuerySet:
    """Those items that got it. Row indexes are the positions of the runs."""
    found = [index for index, given in enumerate(score_of(experiment).verdicts) if given == verdict]
    # One array and not a parameter for each: there may be hundreds of thousands.
    among = RawSQL("experiments_queueitem.row_index = ANY(%s)", [found], output_field=BooleanField())
    return items.filter(Q(among))


def verdict_annotations(experiment: Experiment) -> dict[str, Any]:
    """What `verdict_and_answer` needs of an item, in the order of its arguments."""
    layout = DatasetLayout.from_json(experiment.columns)
    expected = cell_expression(layout, ColumnRole.EXPECTED)
    return {"expected_cell": expected, "judged_status": F("status"), "judged_answer": F("result_payload")}


def verdict_and_answer(
    judge: Judge, expected: str | None, status: str, answer: Mapping[str, Any] | None
) -> tuple[Verdict, Any]:
    """The verdict, and the value that the scoring looks at, None where there is none."""
    verdict = judge.verdict(expected=expected or "", status=status, answer=answer)
    succeeded = answer if status == RowStatus.SUCCEEDED else None
    given = judge.answered_value(succeeded, judge.expected_value(expected or ""))
    return verdict, (None if given is scoring.MISSING else given)


def score_to_json(experiment: Experiment) -> dict[str, Any]:
    """The score as the API shows it; `more_labels` counts those that are not listed."""
    score = score_of(experiment)
    labels = score.most_frequent_labels(MAX_LABELS)
    return {
        "scoring": experiment.scoring,
        "total": score.total.to_json(),
        "labels": [{"label": label, **score.labels[label].to_json()} for label in labels],
        "more_labels": len(score.labels) - len(labels),
        "confusion": asdict(score.confusion) if score.confusion else None,
        "agreement": asdict(score.agreement) if score.agreement else None,
    }

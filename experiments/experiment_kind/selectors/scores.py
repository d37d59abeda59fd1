"""How an experiment did. Nothing of it is stored: another scoring shows at once, for all items.

The network's own answers are judged; a person's correction beside one changes no score.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import BooleanField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform

from experiments.experiment_kind import scoring
from experiments.experiment_kind.datasets import EXPECTED, LABEL, Layout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import Judge, Judged, Score, Scoring, Verdict
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors import cached_counts
from experiments.selectors.queues import refuse_without_source

CHUNK = 5000
LARGE = 2000
"""Of fewer runs everything is counted whenever it is asked for, which is with each poll of everybody who looks."""
MOST_LABELS = 200
"""So many labels are listed, the most frequent ones."""


def scoring_of(experiment: Experiment) -> Scoring:
    return Scoring.of(experiment.scoring)


def of(experiment: Experiment) -> Score:
    """Of a large experiment that is running it may be some seconds old; another scoring shows at once.

    `Conflict` where what was expected has been removed.
    """
    refuse_without_source(experiment, "scored")
    scoring_id = hashlib.sha256(json.dumps(experiment.scoring, sort_keys=True).encode()).hexdigest()[:16]
    return cached_counts.cached(
        f"score.{experiment.pk}.{scoring_id}",
        rows=experiment.total,
        version=_version(experiment),
        compute=lambda: _computed(experiment),
        large=LARGE,
    )


def _version(experiment: Experiment) -> Any:
    """The same as long as no item gets another result. Calls tell one that was answered once more."""
    return experiment.succeeded, experiment.failed, experiment.calls, experiment.total


def _computed(experiment: Experiment) -> Score:
    wanted = scoring_of(experiment)
    return scoring.score(Judge(wanted), _runs(experiment), choices(experiment, wanted))


def choices(experiment: Experiment, wanted: Scoring) -> list[str]:
    """Those that the schema gives for the scored field."""
    fields = experiment.response_fields
    if not wanted.field and len(fields) == 1:
        return list(fields[0].get("choices") or ())
    return [choice for field in fields if field["name"] == wanted.field for choice in field.get("choices") or ()]


def _runs(experiment: Experiment) -> Iterator[Judged]:
    layout = Layout.of(experiment.columns)
    found = experiment.rows.annotate(
        number=KeyTextTransform(-2, "payload"), wanted=cell(layout, EXPECTED), kept_label=cell(layout, LABEL)
    )
    rows = found.in_order().values_list("row_index", "number", "wanted", "kept_label", "status", "result_payload")
    for index, number, expected, label, status, answer in rows.iterator(chunk_size=CHUNK):
        # Of an experiment whose cells were removed only the answers are left.
        yield Judged(int(number or index), expected or "", label or "", status, answer)


def cell(layout: Layout, role: str) -> Any:
    """An expression for the cell with this role; null where the data set has none."""
    position = layout.position(role)
    # Behind the last cell there is nothing.
    return KeyTextTransform(2**31 - 1 if position is None else position, "payload")


def with_verdict(experiment: Experiment, items: QueueItemQuerySet, verdict: str) -> QueueItemQuerySet:
    """Those items that got it. Row indexes are the positions of the runs."""
    found = [index for index, given in enumerate(of(experiment).verdicts) if given == verdict]
    # One array and not a parameter for each: there may be hundreds of thousands.
    among = RawSQL("experiments_queueitem.row_index = ANY(%s)", [found], output_field=BooleanField())
    return items.filter(Q(among))


def annotations(experiment: Experiment) -> dict[str, Any]:
    """What `judged` needs of an item."""
    layout = Layout.of(experiment.columns)
    return {"expected_cell": cell(layout, EXPECTED), "judged_status": F("status"), "judged_answer": F("result_payload")}


def judged(judge: Judge, expected: str | None, status: str, answer: Mapping[str, Any] | None) -> tuple[Verdict, Any]:
    """The verdict, and the value that the scoring looks at, None where there is none."""
    verdict = judge.verdict(expected=expected or "", status=status, answer=answer)
    given = judge.answered(answer if status == "succeeded" else None, judge.expected(expected or ""))
    return verdict, (None if given is scoring.MISSING else given)


def as_json(experiment: Experiment) -> dict[str, Any]:
    """As the API shows it; `more_labels` counts those that are not listed."""
    score = of(experiment)
    labels = sorted(score.labels, key=lambda label: (-score.labels[label].counts.total(), label))[:MOST_LABELS]
    return {
        "scoring": experiment.scoring,
        "total": score.total.to_json(),
        "labels": [{"label": label, **score.labels[label].to_json()} for label in sorted(labels)],
        "more_labels": len(score.labels) - len(labels),
        "confusion": asdict(score.confusion) if score.confusion else None,
        "agreement": asdict(score.agreement) if score.agreement else None,
    }

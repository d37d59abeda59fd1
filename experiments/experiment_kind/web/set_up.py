"""A draft's data set as its set-up page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import counted, in_one_line
from experiments.experiment_kind import datasets
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.web import labels
from experiments.ingest import encoding_names

SAMPLES = 3
SAMPLE_CHARS = 80
MOST_COLUMNS = 200


@dataclass(frozen=True)
class RecognisedColumn:
    """`what` says in words what the column is for, `key` where a system param goes."""

    header: str
    what: str
    key: str
    sent: bool
    samples: tuple[str, ...]


@dataclass(frozen=True)
class ShownDataset:
    name: str
    size: str
    columns: tuple[RecognisedColumn, ...]
    more_columns: int
    warnings: tuple[Mapping[str, Any], ...]
    how_read: str


def dataset(experiment: Experiment) -> ShownDataset | None:
    """None where there are no items yet."""
    if not experiment.total:
        return None
    rows = list(experiment.rows.in_order().values_list("payload", flat=True)[:SAMPLES])
    runs = "" if experiment.total == experiment.dataset_size else f", run {counted(experiment.total, 'time')} in all"
    return ShownDataset(
        name=experiment.dataset_name,
        size=f"{counted(experiment.dataset_size, 'item')}{runs}",
        columns=tuple(
            _column(position, column, rows) for position, column in enumerate(experiment.columns[:MOST_COLUMNS])
        ),
        more_columns=max(len(experiment.columns) - MOST_COLUMNS, 0),
        warnings=tuple(experiment.warnings),
        how_read=", ".join(part for part in (_encoding(experiment), _delimiter(experiment)) if part),
    )


def _column(position: int, column: Mapping[str, str], rows: list[list[str]]) -> RecognisedColumn:
    samples = dict.fromkeys(in_one_line(row[position], SAMPLE_CHARS) for row in rows if row[position])
    return RecognisedColumn(
        header=column["header"] or column["name"],
        what=labels.ROLES[column["role"]],
        key=column["key"],
        sent=column["role"] in (datasets.MESSAGE, datasets.SYSTEM_PARAM, datasets.SYSTEM_PARAMS),
        samples=tuple(samples),
    )


def _encoding(experiment: Experiment) -> str:
    return encoding_names.short(experiment.encoding) if experiment.encoding else ""


def _delimiter(experiment: Experiment) -> str:
    words_of = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
    if not experiment.source_name:
        return ""
    found = experiment.delimiter
    return f"divided by {words_of.get(found, found)}" if found else "JSON Lines"

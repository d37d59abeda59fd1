"""A draft's data set as its set-up page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import counted, in_one_line
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.web import labels
from experiments.ingest import encoding_names, format_of_file

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
SAMPLES = 3
SAMPLE_CHARS = 80
MAX_COLUMNS = 200


@dataclass(frozen=True)
class RecognisedColumn:
    """`what` is the label of the column's role, `key` the path of a system param."""

    header: str
    what: str
    key: str
    sent: bool
    samples: tuple[str, ...]


@dataclass(frozen=True)
class DatasetOfDraft:
    name: str
    size: str
    columns: tuple[RecognisedColumn, ...]
    more_columns: int
    warnings: tuple[Mapping[str, Any], ...]
    how_read: str


def dataset_of_draft(experiment: Experiment) -> DatasetOfDraft | None:
    """None where there are no items yet."""
    if not experiment.total:
        return None
    rows = list(experiment.rows.in_order().values_list("payload", flat=True)[:SAMPLES])
    runs = "" if experiment.total == experiment.dataset_size else f", run {counted(experiment.total, 'time')} in all"
    return DatasetOfDraft(
        name=experiment.dataset_name,
        size=f"{counted(experiment.dataset_size, 'item')}{runs}",
        columns=tuple(
            _recognised_column(column, [row[position] for row in rows])
            for position, column in enumerate(experiment.columns[:MAX_COLUMNS])
        ),
        more_columns=max(len(experiment.columns) - MAX_COLUMNS, 0),
        warnings=tuple(experiment.warnings),
        how_read=how_read(experiment),
    )


def _recognised_column(column: Mapping[str, str], cells: list[str]) -> RecognisedColumn:
    samples = dict.fromkeys(in_one_line(cell, SAMPLE_CHARS) for cell in cells if cell)
    return RecognisedColumn(
        header=column["header"] or column["name"],
        what=labels.ROLES[ColumnRole(column["role"])],
        key=column["key"],
        sent=column["role"] in (ColumnRole.MESSAGE, ColumnRole.SYSTEM_PARAM, ColumnRole.SYSTEM_PARAMS),
        samples=tuple(samples),
    )


def how_read(experiment: Experiment) -> str:
    """`UTF-8, divided by commas`."""
    parts = []
    if experiment.encoding:
        parts.append(encoding_names.short(experiment.encoding))
    if experiment.source_name:
        found = experiment.delimiter
        parts.append(
            f"separated by {DELIMITERS.get(found, found)}" if found else format_of_file(experiment.source_name).label
        )
    return ", ".join(parts)

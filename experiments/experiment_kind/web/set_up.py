"""A draft's data set as the steps of its set-up show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.formatting import count, counted
from experiments.experiment_kind.datasets import DatasetColumn
from experiments.experiment_kind.models import Experiment
from experiments.ingest import encoding_names, format_of_file
from experiments.web import first_rows
from experiments.web.first_rows import FirstRows

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
NAMED = 12
"""Columns of a use that are named."""


@dataclass(frozen=True)
class DatasetOfDraft:
    """`rows` are items with their iterations, of which the first are shown."""

    name: str
    size: str
    how_read: str
    warnings: tuple[Mapping[str, Any], ...]
    rows: int
    first_rows: FirstRows | None


def dataset_of_draft(experiment: Experiment, start: int = 1) -> DatasetOfDraft:
    """With the columns from number `start` on."""
    return DatasetOfDraft(
        name=experiment.dataset_name,
        size=size_of(experiment),
        how_read=how_read(experiment),
        warnings=tuple(experiment.warnings),
        rows=experiment.total,
        first_rows=first_rows.of_queue(experiment, start) if experiment.total else None,
    )


def size_of(experiment: Experiment) -> str:
    """`20 items, run 25 times in all`; "" where there are none."""
    if not experiment.total:
        return ""
    runs = "" if experiment.total == experiment.dataset_size else f", run {counted(experiment.total, 'time')} in all"
    return f"{counted(experiment.dataset_size, 'item')}{runs}"


def columns_by_use(columns: Sequence[DatasetColumn]) -> dict[str, str]:
    """The names of the columns of each use."""
    found: dict[str, list[str]] = {}
    for column in columns:
        name = f"{column.name} ({column.key})" if column.key and column.key != column.name else column.name
        found.setdefault(column.traits.heading, []).append(name)
    return {
        heading: ", ".join(names[:NAMED]) + (f" and {count(len(names) - NAMED)} more" if len(names) > NAMED else "")
        for heading, names in found.items()
    }


def how_read(experiment: Experiment) -> str:
    """`UTF-8, separated by commas`."""
    parts = []
    if experiment.encoding:
        parts.append(encoding_names.short(experiment.encoding))
    if experiment.source_name:
        found = experiment.delimiter
        parts.append(
            f"separated by {DELIMITERS.get(found, found)}" if found else format_of_file(experiment.source_name).label
        )
    return ", ".join(parts)

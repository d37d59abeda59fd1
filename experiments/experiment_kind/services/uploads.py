"""A file as the data set of a draft: all of it is stored, or nothing."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from experiments.core.choices import ErrorCode
from experiments.core.errors import Problems, TooLarge
from experiments.experiment_kind import datasets
from experiments.experiment_kind.datasets import CheckedDataset, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import store_items
from experiments.ingest import Limits, Options, ReadOptions, Table, open_table
from experiments.services import bulk_insert
from experiments.services.locking import queue_lock_draft

MAX_BYTES = 100 * 1024**2
"""Of a file: it is read while the request waits."""


class DatasetRefused(Problems):
    """The file is not a data set: one error for each problem, with its line and column.

    `problem_count` also counts those that `problems` does not list.
    """

    def __init__(self, checked: CheckedDataset) -> None:
        self.problems = checked.errors.listed()
        self.problem_count = checked.errors.total
        self.warnings = checked.warnings.listed()
        super().__init__([problem.to_error("file") for problem in self.problems])
        self.extra = {
            "line": self.problems[0].line,
            "column": self.problems[0].column,
            "problems": [problem.to_json() for problem in self.problems],
            "problem_count": self.problem_count,
            "warnings": [problem.to_json() for problem in self.warnings],
        }


@dataclass(frozen=True)
class StoredDataset:
    """`options` are those in force; `rejects` unreadable rows were left out."""

    experiment: Experiment
    options: Options
    rejects: int


def upload(
    *, experiment_id: UUID, file: UploadedFile, options: ReadOptions, needs_message: bool = True
) -> StoredDataset:
    """Replaces the items of the draft by those of the file. `DatasetRefused` and `RejectedFile` leave it as it was.

    Without `needs_message` a person says later which columns are sent.
    """
    if (file.size or 0) > MAX_BYTES:
        sentence = f"The file has {file.size:,} bytes; a data set can have {MAX_BYTES:,}."
        raise TooLarge(sentence, code=ErrorCode.TOO_LARGE, attr="file")
    path, name = Path(file.temporary_file_path()), (file.name or "dataset.csv")[-255:]  # type: ignore[attr-defined]
    limits = Limits(
        max_bytes=MAX_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_columns=settings.UPLOAD_MAX_COLUMNS,
        max_cell_chars=settings.UPLOAD_MAX_CELL,
    )
    table = open_table(path, filename=name, options=replace(options, keys="all"), limits=limits)
    checked = datasets.check(table, most_runs=settings.UPLOAD_MAX_ROWS, needs_message=needs_message)
    if checked.errors:
        raise DatasetRefused(checked)
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        experiment = queue_lock_draft(Experiment, experiment_id)
        dataset = store_items.Dataset(DatasetLayout(checked.columns))
        total = bulk_insert.replace_items(
            queue=experiment, payloads=settings.DISK_SPACE.watched(dataset.add_rows(table.rows()))
        )
        store_items.take_over(experiment, checked.columns, dataset, total)
        _take_file(experiment, table, name=name, size=file.size or 0, path=path)
        experiment.warnings = [problem.to_json() for problem in checked.warnings.listed()]
        experiment.save()
    return StoredDataset(experiment, table.options, table.reject_count)


def _take_file(experiment: Experiment, table: Table, *, name: str, size: int, path: Path) -> None:
    if experiment.dataset_name in ("", experiment.source_name):
        # A name that a person chose is kept.
        experiment.dataset_name = name
    experiment.source_name, experiment.source_size = name, size
    with path.open("rb") as source:
        experiment.source_sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    experiment.encoding, experiment.delimiter = table.encoding, table.delimiter or ""
    experiment.line_end = table.line_end

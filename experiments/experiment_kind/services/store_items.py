"""From rows of a data set to the items of a draft, in the caller's transaction."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from experiments.core.json_numbers import to_json
from experiments.experiment_kind import datasets
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets import BadParams, DatasetColumn, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.ingest import name_columns
from experiments.services import bulk_insert

CHUNK = 2000
"""Items that are stored at once where they come from the database itself."""


class Dataset:
    """Makes the payloads of items, one for each iteration, and sums up what has passed.

    A payload is the cells of an item, its number and the iteration (`datasets.ITEM_NUMBER`, `datasets.ITERATION`).
    `digest` is the same for data sets of the same messages and params in the same order; of the same cells, where no
    column is the message.
    """

    def __init__(self, layout: DatasetLayout, *, size: int = 0, digest: str = "") -> None:
        self.layout = layout
        self.size = size
        self.digest = digest

    def add(self, cells: Sequence[str], iterations: int) -> Iterator[list[str]]:
        """The payloads of the next item."""
        # Each digest takes in the one before it.
        sent = [self.digest, *self._sent(cells)]
        self.digest = hashlib.sha256(to_json(sent, ensure_ascii=True, sort_keys=True).encode()).hexdigest()
        number = str(self.size)
        self.size += 1
        return ([*cells, number, str(iteration)] for iteration in range(1, iterations + 1))

    def _sent(self, cells: Sequence[str]) -> list[Any]:
        if self.layout.position(ColumnRole.MESSAGE) is None:
            return list(cells)
        try:
            return [self.layout.message(cells), self.layout.system_params(cells)]
        except BadParams:
            # A column became a param that the cell with params gives too: such an item fails when it runs.
            return list(cells)

    def add_rows(self, rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
        """The payloads of rows, each with as many iterations as its cell says."""
        for cells in rows:
            written = self.layout.cell(ColumnRole.ITERATIONS, cells)
            yield from self.add(cells, datasets.iterations_of(written) or 1)


def fill(*, experiment: Experiment, headers: Sequence[str], rows: Iterable[list[str]]) -> Experiment:
    """Stores rows under headers of a data set in an experiment without items.

    In parts: what gives the rows may read them from the same connection.
    """
    columns, problems = datasets.recognise(name_columns(headers))
    if problems:
        raise problems[0].to_error()
    dataset = Dataset(DatasetLayout(columns))
    total = store_in_parts(experiment, dataset.add_rows(rows))
    take_over(experiment, columns, dataset, total)
    experiment.save()
    return experiment


def store_in_parts(experiment: Experiment, payloads: Iterator[list[str]]) -> int:
    """Stores the payloads in an experiment without items; how many."""
    total = 0
    while part := list(islice(payloads, CHUNK)):
        total += bulk_insert.copy_in(queue=experiment, rows=enumerate(part, start=total))
    return total


def take_over(experiment: Experiment, columns: Sequence[DatasetColumn], dataset: Dataset, total: int) -> None:
    """The experiment has this data set from now on, stored as `total` rows. The caller saves it."""
    experiment.columns = [column.to_json() for column in columns]
    experiment.dataset_size, experiment.dataset_digest = dataset.size, dataset.digest
    experiment.column_facts = []
    experiment.total = experiment.queued = total

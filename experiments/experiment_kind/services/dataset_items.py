"""The items of an experiment: from a file, by hand, or from another queue's rows. Nothing is ever half stored."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from experiments.core.errors import InvalidInput, Problems, TooLarge
from experiments.core.json_text import UNSTORABLE, BadPayload, strict
from experiments.experiment_kind import datasets
from experiments.experiment_kind.datasets import Checked, DatasetColumn, Layout
from experiments.experiment_kind.models import Experiment
from experiments.ingest import Limits, ReadOptions, Table, name_columns, open_table
from experiments.services import bulk_insert
from experiments.services.locking import queue_lock_draft

MOST_BYTES = 100 * 1024**2
"""Of a file: it is read while somebody waits."""

PART = 2000
"""Items that are stored at once where they come from the database itself."""

_NEW_CELL = """
UPDATE experiments_queueitem SET payload = jsonb_insert(payload, '{-2}', '""') WHERE queue_id = %s
"""


class DatasetRefused(Problems):
    """The file is no data set. `problems` has each one with its place, `warnings` what is odd besides."""

    def __init__(self, checked: Checked) -> None:
        listed = checked.errors.listed()
        super().__init__([InvalidInput(problem.detail, code=problem.code, attr="file") for problem in listed])
        self.extra = {
            **{name: value for name, value in asdict(listed[0]).items() if name in ("line", "column")},
            "problems": [asdict(problem) for problem in listed],
            "problem_count": checked.errors.total,
            "warnings": [asdict(problem) for problem in checked.warnings.listed()],
        }


def upload(*, experiment_id: UUID, file: UploadedFile, options: ReadOptions) -> Experiment:
    """Takes the file's items in place of what the draft had; `DatasetRefused` and `RejectedFile` leave it as it was."""
    if (file.size or 0) > MOST_BYTES:
        sentence = f"The file has {file.size:,} bytes; a data set can have {MOST_BYTES:,}."
        raise TooLarge(sentence, code="too_large", attr="file")
    path, name = Path(file.temporary_file_path()), (file.name or "dataset.csv")[-255:]  # type: ignore[attr-defined]
    table = open_table(path, filename=name, options=replace(options, keys="all"), limits=_limits())
    checked = datasets.check(table, most_runs=settings.UPLOAD_MAX_ROWS)
    if checked.errors:
        raise DatasetRefused(checked)
    with transaction.atomic():
        experiment = queue_lock_draft(Experiment, experiment_id)
        _store(experiment, checked.columns, table.rows())
        _take_file(experiment, table, name=name, size=file.size or 0, path=path)
        experiment.warnings = [asdict(problem) for problem in checked.warnings.listed()]
        experiment.save()
    return experiment


def add(*, experiment_id: UUID, item: Mapping[str, Any]) -> Experiment:
    """Adds one item to a draft, behind those that it has.

    `{user_message, expected?, label?, system_params?, iterations?, metadata?: {name: text}}`: `expected` may be any
    JSON value, `system_params` is an object. Columns that the data set does not have yet come behind the others.
    """
    with transaction.atomic():
        experiment = queue_lock_draft(Experiment, experiment_id)
        _add_columns(experiment, _cells_by_header(item))
        columns = [DatasetColumn(**column) for column in experiment.columns]
        cells = _cells_of(columns, item)
        iterations = _checked(Layout(columns), cells, item)
        first = experiment.total
        _refuse_too_many(first + iterations)
        rows = enumerate(_iterations(cells, experiment.dataset_size, iterations), start=first)
        bulk_insert.copy_in(queue=experiment, rows=rows)
        experiment.dataset_digest = _digest(experiment.dataset_digest, Layout(columns), cells)
        experiment.dataset_size += 1
        experiment.total = experiment.queued = first + iterations
        experiment.save()
    return experiment


def fill(*, experiment: Experiment, headers: Sequence[str], rows: Iterable[list[str]]) -> Experiment:
    """Stores rows under headers of a data set in an experiment without items, in the caller's transaction.

    In parts: what gives the rows may read them from the same connection.
    """
    columns, problems = datasets.recognise(name_columns(headers))
    if problems:
        raise InvalidInput(problems[0].detail, code=problems[0].code)
    stored = _Expanded(Layout(columns), rows)
    _describe(experiment, columns, stored, _in_parts(experiment, iter(stored)))
    experiment.save()
    return experiment


def copy_failed(*, source: Experiment, copy: Experiment) -> Experiment:
    """Stores in `copy`, without items so far, those of `source` of which a run failed, each as often as it runs there.

    In the caller's transaction.
    """
    copy.dataset_size, copy.dataset_digest = 0, ""
    copy.total = copy.queued = _in_parts(copy, _failed_items(source, copy))
    copy.save()
    return copy


def _failed_items(source: Experiment, copy: Experiment) -> Iterator[list[str]]:
    layout = Layout.of(source.columns)
    found = source.rows.in_order().values_list("payload", "status").iterator(chunk_size=PART)
    for _, runs in groupby(found, key=lambda run: run[0][-2]):
        payloads, statuses = zip(*runs, strict=True)
        if "failed" in statuses:
            cells = payloads[0][:-2]
            copy.dataset_digest = _digest(copy.dataset_digest, layout, cells)
            yield from _iterations(cells, copy.dataset_size, len(payloads))
            copy.dataset_size += 1


def _in_parts(experiment: Experiment, payloads: Iterator[list[str]]) -> int:
    total = 0
    while part := list(islice(payloads, PART)):
        total += bulk_insert.copy_in(queue=experiment, rows=enumerate(part, start=total))
    return total


def _limits() -> Limits:
    return Limits(
        max_bytes=MOST_BYTES,
        max_rows=settings.UPLOAD_MAX_ROWS,
        max_columns=settings.UPLOAD_MAX_COLUMNS,
        max_cell_chars=settings.UPLOAD_MAX_CELL,
    )


def _store(experiment: Experiment, columns: Sequence[DatasetColumn], rows: Iterable[list[str]]) -> None:
    stored = _Expanded(Layout(columns), rows)
    _describe(experiment, columns, stored, bulk_insert.replace_items(queue=experiment, payloads=stored))


def _describe(experiment: Experiment, columns: Sequence[DatasetColumn], stored: "_Expanded", total: int) -> None:
    experiment.columns = [asdict(column) for column in columns]
    experiment.dataset_size, experiment.dataset_digest = stored.items, stored.digest
    experiment.total = experiment.queued = total


class _Expanded:
    """The payloads of rows: each as often as it has iterations, with its number and the iteration behind its cells."""

    def __init__(self, layout: Layout, rows: Iterable[list[str]]) -> None:
        self._layout = layout
        self._rows = rows
        self.items = 0
        self.digest = ""

    def __iter__(self) -> Iterator[list[str]]:
        for cells in self._rows:
            self.digest = _digest(self.digest, self._layout, cells)
            iterations = datasets.iterations_of(self._layout.iterations(cells)) or 1
            yield from _iterations(cells, self.items, iterations)
            self.items += 1


def _iterations(cells: Sequence[str], number: int, iterations: int) -> Iterator[list[str]]:
    return ([*cells, str(number), str(iteration)] for iteration in range(1, iterations + 1))


def _digest(before: str, layout: Layout, cells: Sequence[str]) -> str:
    """Of all items so far: each takes in what came before it."""
    sent = [before, layout.message(cells), layout.system_params(cells)]
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def _take_file(experiment: Experiment, table: Table, *, name: str, size: int, path: Path) -> None:
    if experiment.dataset_name in ("", experiment.source_name):
        # One that a person chose stays.
        experiment.dataset_name = name
    experiment.source_name, experiment.source_size = name, size
    with path.open("rb") as source:
        experiment.source_sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    experiment.encoding, experiment.delimiter = table.encoding, table.delimiter or ""
    experiment.line_end = table.line_end


# -- by hand


def _cells_by_header(item: Mapping[str, Any]) -> dict[str, str]:
    """What the item gives, under the headers that its columns get where the data set has none of that role."""
    params = item.get("system_params") or {}
    given = {
        "user_message": str(item.get("user_message") or ""),
        "expected": _text(item.get("expected")),
        "label": str(item.get("label") or ""),
        "system_params": datasets.params_text(params),
    }
    return {name: text for name, text in given.items() if text or name == "user_message"} | _metadata(item)


def _metadata(item: Mapping[str, Any]) -> dict[str, str]:
    metadata = {name: str(value) for name, value in (item.get("metadata") or {}).items()}
    if any(not name.strip() or UNSTORABLE.search(name) for name in metadata):
        sentence = "A name of the metadata is blank, or has a character that no text has."
        raise InvalidInput(sentence, code="invalid_text", attr="metadata")
    columns, _ = datasets.recognise(name_columns(list(metadata)))
    taken = next((column.header for column in columns if column.role != datasets.METADATA), None)
    if taken is not None:
        sentence = f"“{taken}” is no metadata. Give it another name, or beside the message."
        raise InvalidInput(sentence, code="reserved_name", attr="metadata")
    return metadata


def _text(value: Any) -> str:
    """A text as it is, another JSON value as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _add_columns(experiment: Experiment, given: Mapping[str, str]) -> None:
    columns = [DatasetColumn(**column) for column in experiment.columns]
    wanted, _ = datasets.recognise(name_columns(list(given)))
    new = [column for column in wanted if not any(_same(column, other) for other in columns)]
    most = settings.UPLOAD_MAX_COLUMNS
    if len(columns) + len(new) > most:
        sentence = f"The data set would have {len(columns) + len(new):,} columns; at most {most:,} are taken."
        raise TooLarge(sentence, code="too_many_columns", attr="metadata")
    for _ in new:
        with connection.cursor() as cursor:
            cursor.execute(_NEW_CELL, [experiment.pk])
    experiment.columns = [asdict(column) for column in [*columns, *new]]


def _same(one: DatasetColumn, other: DatasetColumn) -> bool:
    if one.role in (datasets.METADATA, datasets.SYSTEM_PARAM):
        return one.name == other.name
    return one.role == other.role


def _cells_of(columns: Sequence[DatasetColumn], item: Mapping[str, Any]) -> list[str]:
    given = _cells_by_header(item)
    by_role = {role: given.get(header, "") for header, role in datasets.NAMES.items() if header in given}
    by_role[datasets.ITERATIONS] = str(item.get("iterations") or 1)
    return [by_role.get(column.role, given.get(column.name, "")) for column in columns]


def _refuse_too_many(runs: int) -> None:
    most = settings.UPLOAD_MAX_ROWS
    if runs > most:
        sentence = f"The items would run {runs:,} times in all; at most {most:,} are taken. Make another experiment."
        raise TooLarge(sentence, code="too_many_runs", attr="iterations")


def _checked(layout: Layout, cells: Sequence[str], item: Mapping[str, Any]) -> int:
    """How often it is run. `InvalidInput` names the part of the item that cannot be taken."""
    if not layout.message(cells).strip():
        raise InvalidInput("Write the message of the item.", code="required", attr="user_message")
    iterations = datasets.iterations_of(str(item.get("iterations") or 1))
    if iterations is None:
        sentence = f"An item runs between 1 and {datasets.MOST_ITERATIONS} times."
        raise InvalidInput(sentence, code="invalid_iterations", attr="iterations")
    try:
        strict(list(cells), "the item")
        layout.system_params(cells)
    except BadPayload as error:
        raise InvalidInput(f"{error}.", code="invalid_text", attr=None) from error
    except datasets.BadParams as error:
        sentence = f"The system params: what is given {error}. Give a JSON object, or nothing."
        raise InvalidInput(sentence, code="invalid_system_params", attr="system_params") from error
    return iterations

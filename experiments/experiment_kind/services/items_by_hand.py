"""One more item for the data set of a draft: all of it is stored, or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, TooLarge
from experiments.core.json_numbers import to_json
from experiments.core.json_text import UNSTORABLE, BadPayload, strict
from experiments.experiment_kind import datasets
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets import ROLE_OF_HEADER, BadParams, DatasetColumn, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import store_items
from experiments.ingest import name_columns
from experiments.services import bulk_insert
from experiments.services.locking import queue_lock_draft

_NEW_CELL = """
UPDATE experiments_queueitem SET payload = jsonb_insert(payload, '{-2}', '""') WHERE queue_id = %s
"""


def add(*, experiment_id: UUID, item: Mapping[str, Any]) -> Experiment:
    """Adds one item to a draft, behind those that it has.

    `{user_message, expected?, label?, system_params?, iterations?, metadata?: {name: text}}`: `expected` may be any
    JSON value, `system_params` is an object. Columns that the data set does not have yet come behind the others.
    """
    settings.DISK_SPACE.refuse_when_short()
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        experiment = queue_lock_draft(Experiment, experiment_id)
        given = _cells_by_header(item)
        _add_columns(experiment, given)
        columns = [DatasetColumn.from_json(column) for column in experiment.columns]
        iterations = str(item.get("iterations") or 1)
        cells = _cells(columns, given, iterations)
        dataset = store_items.Dataset(
            DatasetLayout(columns), size=experiment.dataset_size, digest=experiment.dataset_digest
        )
        first = experiment.total
        total = first + _checked_iterations(dataset.layout, cells, iterations)
        _refuse_too_many(total)
        rows = enumerate(dataset.add(cells, total - first), start=first)
        bulk_insert.copy_in(queue=experiment, rows=rows)
        store_items.take_over(experiment, columns, dataset, total)
        experiment.save()
    return experiment


def _cells_by_header(item: Mapping[str, Any]) -> dict[str, str]:
    """What the item gives, under the headers that its columns get where the data set has none of that role."""
    expected = item.get("expected")
    if expected is None:
        expected = ""
    elif not isinstance(expected, str):
        expected = to_json(expected, separators=(",", ":"))
    given = {
        "user_message": str(item.get("user_message") or ""),
        "expected": expected,
        "label": str(item.get("label") or ""),
        "system_params": datasets.params_text(item.get("system_params") or {}),
    }
    return {name: text for name, text in given.items() if text or name == "user_message"} | _metadata(item)


def _metadata(item: Mapping[str, Any]) -> dict[str, str]:
    metadata = {name: str(value) for name, value in (item.get("metadata") or {}).items()}
    if any(not name.strip() or UNSTORABLE.search(name) for name in metadata):
        sentence = "A name of the metadata is blank, or has a character that no text has."
        raise InvalidInput(sentence, code=ErrorCode.INVALID_TEXT, attr="metadata")
    columns, _ = datasets.recognise(name_columns(list(metadata)))
    reserved = next((column.header for column in columns if column.role != ColumnRole.METADATA), None)
    if reserved is not None:
        sentence = f"“{reserved}” can’t be metadata. Rename it, or send it beside the message."
        raise InvalidInput(sentence, code=ErrorCode.RESERVED_NAME, attr="metadata")
    return metadata


def _add_columns(experiment: Experiment, given: Mapping[str, str]) -> None:
    """Gives the experiment those columns of the item that it lacks, empty in the items that it has."""
    columns = [DatasetColumn.from_json(column) for column in experiment.columns]
    wanted, _ = datasets.recognise(name_columns(list(given)))
    new = [column for column in wanted if not any(column.has_place_of(other) for other in columns)]
    most = settings.UPLOAD_MAX_COLUMNS
    if len(columns) + len(new) > most:
        sentence = f"The data set would have {len(columns) + len(new):,} columns. The limit is {most:,}."
        raise TooLarge(sentence, code=ErrorCode.TOO_MANY_COLUMNS, attr="metadata")
    for _ in new:
        with connection.cursor() as cursor:
            cursor.execute(_NEW_CELL, [experiment.pk])
    experiment.columns = [column.to_json() for column in [*columns, *new]]


def _cells(columns: Sequence[DatasetColumn], given: Mapping[str, str], iterations: str) -> list[str]:
    by_role = {role: given[header] for header, role in ROLE_OF_HEADER.items() if header in given}
    by_role[ColumnRole.ITERATIONS] = iterations
    # Of several prompt columns the first has the message.
    first = {column.role: column.name for column in reversed(columns)}
    by_name = {name: by_role[role] for role, name in first.items() if role in by_role}
    return [by_name.get(column.name, given.get(column.name, "")) for column in columns]


def _checked_iterations(layout: DatasetLayout, cells: Sequence[str], written: str) -> int:
    """How often the item is run. `InvalidInput` names the invalid part of the item."""
    if not layout.message(cells).strip():
        raise InvalidInput("Write the message of the item.", code=ErrorCode.REQUIRED, attr="user_message")
    iterations = datasets.iterations_of(written)
    if iterations is None:
        sentence = f"An item runs between 1 and {datasets.MAX_ITERATIONS} times."
        raise InvalidInput(sentence, code=ErrorCode.INVALID_ITERATIONS, attr="iterations")
    try:
        strict(list(cells), "the item")
        layout.system_params(cells)
    except BadPayload as error:
        raise InvalidInput(f"{error}.", code=ErrorCode.INVALID_TEXT) from error
    except BadParams as error:
        sentence = f"The system params {error}. Give a JSON object, or nothing."
        raise InvalidInput(sentence, code=ErrorCode.INVALID_SYSTEM_PARAMS, attr="system_params") from error
    return iterations


def _refuse_too_many(runs: int) -> None:
    most = settings.UPLOAD_MAX_ROWS
    if runs > most:
        sentence = f"The items would run {runs:,} times in all. The limit is {most:,}. Make another experiment."
        raise TooLarge(sentence, code=ErrorCode.TOO_MANY_RUNS, attr="iterations")

"""Changes of a draft, except its file: its settings, and rows that are inserted through the API."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import mapping
from csv_batches.selectors.revisions import REVISED
from csv_batches.services import draft_history
from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.errors import Conflict, InvalidInput, Part, TooLarge, WorkbenchError
from experiments.core.json_text import UNSTORABLE
from experiments.ingest.column_stats import ColumnStats
from experiments.models import QueueItem, queue_settings
from experiments.prompts import compile_template
from experiments.services import bulk_insert, networks, queues, quotas
from experiments.services.locking import queue_lock, queue_lock_draft, refuse_after_start

MAX_ROWS_PER_CALL = 10_000


def create(*, user: Any, values: Mapping[str, Any]) -> CsvBatch:
    """A new draft. `InvalidInput` names the field that is not valid; `Conflict`: the user has too many."""
    with transaction.atomic():
        batch = begin(user=user, values=values)
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return batch


def begin(*, user: Any, values: Mapping[str, Any]) -> CsvBatch:
    """The same as a part of something longer, in whose transaction the caller claims the quotas at the end."""
    quotas.refuse_over(user.pk, *quotas.NEW_QUEUE)
    batch = CsvBatch(kind=KIND, created_by=user)
    if values.get("columns"):
        batch.columns = _first_columns(values["columns"])
    set_values(batch, {name: value for name, value in values.items() if name != "columns"})
    batch.save()
    return batch


def update(*, batch_id: UUID, values: Mapping[str, Any]) -> CsvBatch:
    """Changes a draft. After the start only name, concurrency and limits can change; else `Conflict`."""
    with transaction.atomic():
        batch = queue_lock(CsvBatch, batch_id)
        refuse_after_start(batch, values, allowed=queue_settings.AFTER_START)
        if batch.revises_id:
            _refuse_other_settings(values)
        if batch.status == QueueStatus.DRAFT:
            draft_history.remember(batch, values)
        set_values(batch, values)
        batch.save()
        if batch.status != QueueStatus.DRAFT:
            queues.tell_workers(queue_id=batch.pk, changed=values)
    return batch


def refuse_while_reading(batch: CsvBatch) -> None:
    """`Conflict` while a worker reads the draft's new file, which is about to replace its rows."""
    upload = batch.arriving
    if upload is not None and batch.is_being_read:
        raise Conflict(f"The file {upload.name} is still being read. Wait for it, or stop it.", code=ErrorCode.PARSING)


def refuse_other_rows(batch: CsvBatch) -> None:
    """`Conflict` where the draft is a change of another batch, some of whose rows it has to try it with."""
    if batch.revises_id:
        detail = "This draft is a change of another batch, which keeps its rows. Add rows there."
        raise Conflict(detail, code=ErrorCode.WRONG_STATUS)


def _refuse_other_settings(values: Mapping[str, Any]) -> None:
    fixed = sorted(set(values) - {*REVISED, "name"})
    if fixed:
        detail = f"This draft is a change of another batch: {', '.join(fixed)} cannot change here."
        raise Conflict(detail, code=ErrorCode.WRONG_STATUS)


def set_values(batch: CsvBatch, values: Mapping[str, Any]) -> None:
    """Checks and sets them. The caller saves the batch."""
    queues.set_plain_settings(batch, values)
    for name in ("schema_mode", "dataset_name"):
        if name in values:
            setattr(batch, name, values[name] if values[name] is not None else "")
    if "skip_empty" in values:
        batch.skip_empty = values["skip_empty"]
    if "network" in values:
        batch.network = networks.find(values["network"])
    if "columns" in values:
        given = values["columns"]
        batch.columns = mapping.merge_columns(batch.columns, given) if batch.columns else _first_columns(given)
    if "prompt_template" in values:
        compile_template(values["prompt_template"])
        batch.prompt_template = values["prompt_template"]
    if "response_fields" in values:
        batch.set_response_fields(values["response_fields"])


def _first_columns(given: Any) -> list[dict[str, Any]]:
    """The columns of a draft that has none yet. `TooLarge` where they are more than `UPLOAD_MAX_COLUMNS`."""
    most = settings.UPLOAD_MAX_COLUMNS
    if len(given) > most:
        detail = f"{len(given):,} columns. The limit is {most:,}. Leave out those that you do not need."
        raise TooLarge(detail, code=ErrorCode.TOO_MANY_COLUMNS, attr="columns")
    return mapping.new_columns(given)


# -- rows through the API


def insert_rows(*, batch_id: UUID, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Adds `[{row_index, row_payload: {column: text}}]`; returns the number stored and the draft's new total.

    A row that is already there with the same content is not stored twice; with other content it is a `Conflict`.
    """
    if len(rows) > MAX_ROWS_PER_CALL:
        detail = f"{len(rows):,} rows; at most {MAX_ROWS_PER_CALL:,} in one call."
        raise TooLarge(detail, code=ErrorCode.TOO_MANY_ROWS, attr="rows")
    settings.DISK_SPACE.refuse_when_short()
    with settings.DISK_SPACE.refusing_when_full(), transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        refuse_while_reading(batch)
        refuse_other_rows(batch)
        if not batch.columns and rows:
            batch.columns = _columns_of_first_row(rows[0]["row_payload"])
        new = _without_stored(batch, cells_by_index(batch.column_names, rows))
        _refuse_too_many_rows(batch.total + len(new))
        if new and not batch.total:
            # As after a file: the earlier settings are about other columns.
            draft_history.forget(batch)
        bulk_insert.copy_in(queue=batch, rows=sorted(new.items()))
        _add_to_column_stats(batch, [new[index] for index in sorted(new)])
        batch.total += len(new)
        batch.queued += len(new)
        batch.save()
    return len(new), batch.total


def _columns_of_first_row(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    attr = "rows.0.row_payload"
    if not payload or any(not name.strip() for name in payload):
        sentence = "rows[0]: its keys become the columns of the batch; give at least one, and none that is blank."
        raise InvalidInput(sentence, code=ErrorCode.REQUIRED, attr=attr, part=Part(index=0))
    try:
        return _first_columns([{"name": name} for name in payload])
    except InvalidInput as error:
        part = Part(index=0, name=error.part.name if error.part else None)
        detail = f"rows[0]: {error.detail}"
        raise InvalidInput(detail, code=error.code, attr=attr, part=part, reason=error.reason) from error


def cells_by_index(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[int, list[str]]:
    """The cells of each row, in the order of the columns, by `row_index`."""
    known = set(names)
    cells: dict[int, list[str]] = {}
    for position, row in enumerate(rows):
        payload, index = row["row_payload"], row["row_index"]
        for name, value in payload.items():
            _check_cell(position, index, name, value, known)
        line = [payload.get(name, "") for name in names]
        if cells.setdefault(index, line) != line:
            detail = f"Row {index} is in this call twice, with different content."
            raise Conflict(detail, code=ErrorCode.ROW_TAKEN, attr="rows", part=Part(index=position))
    return cells


def _check_cell(position: int, index: int, name: str, value: Any, known: set[str]) -> None:
    error: type[WorkbenchError] = InvalidInput
    code = ErrorCode.INVALID_TEXT
    if name not in known:
        code, reason = ErrorCode.UNKNOWN_COLUMN, f"there is no column “{name}”."
    elif not isinstance(value, str):
        code, reason = ErrorCode.NOT_TEXT, f"the value of “{name}” must be a text."
    elif len(value) > settings.UPLOAD_MAX_CELL:
        error, code = TooLarge, ErrorCode.CELL_TOO_LARGE
        most = f"{settings.UPLOAD_MAX_CELL:,} characters, the limit"
        reason = f"“{name}” has more than {most}. Shorten it."
    elif UNSTORABLE.search(value):
        reason = f"“{name}” has a character that no text has."
    else:
        return
    detail, attr = f"rows[{position}] (row_index {index}): {reason}", f"rows.{position}.row_payload"
    sentence = f"{reason[:1].upper()}{reason[1:]}"
    raise error(detail, code=code, attr=attr, part=Part(index=position, name=name), reason=sentence)


def _without_stored(batch: CsvBatch, cells: dict[int, list[str]]) -> dict[int, list[str]]:
    """The rows that are not stored yet. `Conflict` where one is stored with other content."""
    stored = QueueItem.objects.of_queue(batch).filter(row_index__in=cells).values_list("row_index", "payload")
    new = dict(cells)
    for index, payload in stored.iterator():
        if payload != cells[index]:
            detail = f"Row {index} is stored already, with other content."
            raise Conflict(detail, code=ErrorCode.ROW_TAKEN, attr="rows")
        del new[index]
    return new


def _refuse_too_many_rows(total: int) -> None:
    most = settings.UPLOAD_MAX_ROWS
    if total > most:
        detail = f"The batch would have {total:,} rows. The limit is {most:,}. Make another batch of the rest."
        raise TooLarge(detail, code=ErrorCode.TOO_MANY_ROWS, attr="rows")


def _add_to_column_stats(batch: CsvBatch, rows: Sequence[Sequence[str]]) -> None:
    if batch.total and not batch.column_facts:
        # The earlier rows were not counted; all rows will be on the first request.
        return
    stats = ColumnStats(len(batch.columns), batch.column_facts)
    for row in rows:
        stats.add(row)
    batch.column_facts = stats.listed()

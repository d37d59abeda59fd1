"""Everything that changes a draft but its file: its settings, and rows that are added one by one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import mapping
from csv_batches.rules.column_stats import ColumnStats
from csv_batches.services import history
from experiments import response_schema
from experiments.core import limits
from experiments.core.choices import QueueStatus
from experiments.core.errors import Conflict, InvalidInput, TooLarge
from experiments.core.json_text import UNSTORABLE
from experiments.models import QueueItem
from experiments.prompts import compile_template
from experiments.response_schema import fields
from experiments.services import bulk_insert, networks, queues
from experiments.services.locking import queue_lock, queue_lock_draft, refuse_after_start

MAX_ROWS_A_CALL = 10_000
AFTER_START = {"name", "concurrency", *limits.NAMES}


def create(*, user: Any, values: Mapping[str, Any]) -> CsvBatch:
    """A new draft. `InvalidInput` names the field that cannot be taken."""
    batch = CsvBatch(kind=KIND, created_by=user)
    if values.get("columns"):
        batch.columns = _first_columns((), values["columns"])
    _apply(batch, {name: value for name, value in values.items() if name != "columns"})
    batch.save()
    return batch


def update(*, batch_id: UUID, values: Mapping[str, Any]) -> CsvBatch:
    """Changes a draft; once started only its name, concurrency and hard limits, else `Conflict`."""
    with transaction.atomic():
        batch = queue_lock(CsvBatch, batch_id)
        refuse_after_start(batch, values, allowed=AFTER_START)
        if batch.status == QueueStatus.DRAFT:
            history.remember(batch, values)
        _apply(batch, values)
        batch.save()
        if batch.status != QueueStatus.DRAFT and "concurrency" in values:
            queues.set_concurrency(queue_id=batch.pk, concurrency=batch.concurrency)
    return batch


def refuse_while_reading(batch: CsvBatch) -> None:
    """`Conflict` while a worker reads the draft's new file: its rows are about to be others."""
    upload = batch.arriving
    if upload is not None and batch.is_being_read:
        raise Conflict(f"The file {upload.name} is still being read. Wait for it, or stop it.", code="parsing")


def set_total(batch: CsvBatch, total: int) -> None:
    """All `total` rows wait. The caller saves the batch."""
    batch.total = batch.queued = total
    batch.running = batch.succeeded = batch.failed = 0


def _apply(batch: CsvBatch, values: Mapping[str, Any]) -> None:
    plain = ("name", "agent_key", "schema_mode", "debug", "concurrency", "max_attempts", "dataset_name")
    for name in plain:
        if name in values:
            setattr(batch, name, values[name] if values[name] is not None else "")
    for name in limits.NAMES:
        if name in values:
            setattr(batch, name, values[name])
    if "network" in values:
        batch.network = networks.find(values["network"])
    if "columns" in values:
        merge = mapping.merge_columns if batch.columns else _first_columns
        batch.columns = merge(batch.columns, values["columns"])
    if "prompt_template" in values:
        compile_template(values["prompt_template"])
        batch.prompt_template = values["prompt_template"]
    if "response_fields" in values:
        set_response_fields(batch, values["response_fields"])


def _first_columns(_none: Sequence[Any], given: Any) -> list[dict[str, Any]]:
    most = settings.UPLOAD_MAX_COLUMNS
    if len(given) > most:
        detail = f"{len(given):,} columns; at most {most:,} are taken. Leave out those that you do not need."
        raise TooLarge(detail, code="too_many_columns", attr="columns")
    return mapping.new_columns(given)


def set_response_fields(batch: CsvBatch, given: Sequence[Mapping[str, Any]]) -> None:
    checked = fields.check_fields(given)
    batch.response_fields = [fields.field_to_json(field) for field in checked]
    schema = fields.fields_to_schema(checked) if checked else None
    batch.schema_json = schema
    batch.schema_guidance = response_schema.guidance(schema) if schema else ""
    batch.schema_example = response_schema.example(schema) if schema else None


# -- rows through the API


def insert_rows(*, batch_id: UUID, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Adds `[{row_index, row_payload: {column: text}}]`; the number stored and the draft's new total.

    A row that is there already with the same content is not stored twice; with other content it is a `Conflict`.
    """
    if len(rows) > MAX_ROWS_A_CALL:
        raise TooLarge(
            f"{len(rows):,} rows; at most {MAX_ROWS_A_CALL:,} in one call.", code="too_many_rows", attr="rows"
        )
    with transaction.atomic():
        batch = queue_lock_draft(CsvBatch, batch_id)
        refuse_while_reading(batch)
        if not batch.columns and rows:
            batch.columns = _columns_of_first(rows[0]["row_payload"])
        new = _without_known(batch, _cells(batch.column_names, rows))
        _refuse_too_many(batch.total + len(new))
        if new and not batch.total:
            # As after a file: what the columns were before is not what these rows have.
            history.forget(batch)
        bulk_insert.copy_in(queue=batch, rows=sorted(new.items()))
        _see(batch, [new[index] for index in sorted(new)])
        batch.total += len(new)
        batch.queued += len(new)
        batch.save()
    return len(new), batch.total


def _refuse_too_many(total: int) -> None:
    most = settings.UPLOAD_MAX_ROWS
    if total > most:
        detail = f"The batch would have {total:,} rows; at most {most:,} are taken. Make another batch of the rest."
        raise TooLarge(detail, code="too_many_rows", attr="rows")


def _see(batch: CsvBatch, rows: Sequence[Sequence[str]]) -> None:
    if batch.total and not batch.column_facts:
        # Of the rows before these nobody knows: they are counted when somebody asks.
        return
    facts = ColumnStats(len(batch.columns), batch.column_facts)
    for row in rows:
        facts.see(row)
    batch.column_facts = facts.listed()


def _columns_of_first(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    attr = "rows.0.row_payload"
    if not payload or any(not name.strip() for name in payload):
        sentence = "rows[0]: its keys become the columns of the batch; give at least one, and none that is blank."
        raise InvalidInput(sentence, code="required", attr=attr)
    try:
        return _first_columns((), [{"name": name} for name in payload])
    except InvalidInput as error:
        raise InvalidInput(f"rows[0]: {error.detail}", code=error.code, attr=attr) from error


def _cells(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[int, list[str]]:
    known = set(names)
    cells: dict[int, list[str]] = {}
    for position, row in enumerate(rows):
        payload, index = row["row_payload"], row["row_index"]
        for name, value in payload.items():
            _check_cell(position, index, name, value, known)
        line = [payload.get(name, "") for name in names]
        if cells.setdefault(index, line) != line:
            raise Conflict(f"Row {index} is in this call twice, with different content.", code="row_taken", attr="rows")
    return cells


def _check_cell(position: int, index: int, name: str, value: Any, known: set[str]) -> None:
    where = f"rows[{position}] (row_index {index})"
    attr = f"rows.{position}.row_payload"
    if name not in known:
        raise InvalidInput(f"{where}: there is no column “{name}”.", code="unknown_column", attr=attr)
    if not isinstance(value, str):
        raise InvalidInput(f"{where}: the value of “{name}” must be a text.", code="not_text", attr=attr)
    if len(value) > settings.UPLOAD_MAX_CELL:
        most = f"{settings.UPLOAD_MAX_CELL:,} characters, the most that are taken"
        raise TooLarge(f"{where}: “{name}” has more than {most}. Shorten it.", code="cell_too_large", attr=attr)
    if UNSTORABLE.search(value):
        raise InvalidInput(f"{where}: “{name}” has a character that no text has.", code="invalid_text", attr=attr)


def _without_known(batch: CsvBatch, cells: dict[int, list[str]]) -> dict[int, list[str]]:
    known = QueueItem.objects.of(batch).filter(row_index__in=cells).values_list("row_index", "payload")
    new = dict(cells)
    for index, payload in known.iterator():
        if payload != cells[index]:
            raise Conflict(f"Row {index} is stored already, with other content.", code="row_taken", attr="rows")
        del new[index]
    return new

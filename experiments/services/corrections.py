"""A person's correction of an answer, stored beside the original: of one row, or some fields of many."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from experiments import response_schema
from experiments.core.choices import FINAL, AuditAction, ErrorCode, RowStatus
from experiments.core.errors import Conflict, InvalidInput
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.selectors import items, results
from experiments.selectors.corrections import fingerprint_of_answer
from experiments.services import audit, correction_acts, large_corrections
from experiments.services.correction_acts import PART_ROWS
from experiments.services.correction_check import SAID_ROWS, Check, check_storable

ATTR = "corrected_payload"


@dataclass(frozen=True)
class Corrected:
    """`act` can be undone. `skipped`: rows that changed while very many were corrected, and were left as they are.

    `later`: so many rows are left to a worker.
    """

    rows: int
    act: int | None
    skipped: int = 0
    later: int = 0


def correct(*, queue: Queue, row_index: int, payload: dict[str, Any] | None, seen: str | None = None) -> Corrected:
    """Stores `payload` beside the original answer; None removes the correction.

    `InvalidInput` where it breaks the schema, `Conflict` while the item is not final. `seen`: the fingerprint of the
    answer that it was made from; `Conflict` where that is another one by now.
    """
    kind = kind_of(queue)
    if payload is not None:
        check_storable(payload, ATTR)
        mismatch = _mismatch(kind.schema(queue), payload)
        if mismatch is not None:
            raise InvalidInput(mismatch, code=ErrorCode.SCHEMA_MISMATCH, attr=ATTR)
    with transaction.atomic():
        # The queue first, as everywhere.
        correction_acts.locked(queue.pk)
        item = queue.rows.get(row_index=row_index)
        if seen is not None and seen != fingerprint_of_answer(item):
            sentence = (
                f"{kind.nouns.item_title} {row_index} changed since you opened it. Review its answer, then save again."
            )
            raise Conflict(sentence, code=ErrorCode.CHANGED_MEANWHILE)
        act = correction_acts.begin(queue)
        if not correction_acts.replace_answer(act, item.pk, payload):
            raise Conflict(f"{kind.nouns.item_title} {row_index} has no result yet.", code=ErrorCode.WRONG_STATUS)
        audit.record_queue(queue.pk, AuditAction.CORRECT, row=row_index, removed=payload is None or None)
    results.forget(queue)
    return Corrected(1, act.pk)


def correct_many(
    *,
    queue: Queue,
    values: dict[str, Any],
    row_indexes: Sequence[int] | None = None,
    wanted: Mapping[str, Any] | None = None,
) -> Corrected:
    """Sets `values` in the answers of rows that are named, or of those with a result that a filter leaves.

    `InvalidInput` names the rows where one of them would break the schema: then none is changed. Up to 5,000 rows are
    written in one transaction. More that a filter leaves are checked and written by a worker; more that are named in
    parts, where those that changed meanwhile and would break it are left out.
    """
    check = Check(queue, values)
    chosen = array("q")
    for item_ids in _parts(queue, row_indexes, wanted):
        if chosen and row_indexes is None:
            check.refuse()
            begun, later = large_corrections.begin(queue, values, wanted or {})
            return Corrected(0, begun.pk, later=later)
        check.look_at(item_ids)
        chosen.extend(item_ids)
    check.refuse()
    is_whole = len(chosen) <= PART_ROWS
    act, rows = None, 0
    for start in range(0, len(chosen), PART_ROWS):
        with transaction.atomic():
            locked = correction_acts.locked(queue.pk)
            if act is None:
                act = correction_acts.begin(locked, fields=list(values))
                audit.record_queue(queue.pk, AuditAction.CORRECT, rows=len(chosen), fields=list(values))
            part = chosen[start : start + PART_ROWS].tolist()
            written = correction_acts.merge_into_answers(act, check.still_fitting(part), values)
            if is_whole and written < len(part):
                nouns = kind_of(queue).nouns
                sentence = f"{nouns.items_title} changed meanwhile, so nothing was corrected. Try again."
                raise Conflict(sentence, code=ErrorCode.CHANGED_MEANWHILE)
        rows += written
    results.forget(queue)
    return Corrected(rows, act.pk if act else None, len(chosen) - rows)


def _parts(queue: Queue, row_indexes: Sequence[int] | None, wanted: Mapping[str, Any] | None) -> Iterator[list[int]]:
    """Ids in row order. `InvalidInput` where a named row is not there, `Conflict` where it has no result."""
    if row_indexes is not None:
        indexes = sorted(set(row_indexes))
        for start in range(0, len(indexes), PART_ROWS):
            named = indexes[start : start + PART_ROWS]
            rows = queue.rows.filter(row_index__in=named).in_order()
            found = list(rows.values_list("pk", "row_index", "status"))
            _refuse_missing(queue, named, {index: status for _, index, status in found})
            yield [pk for pk, _, _ in found]
        return
    after = -1
    final = items.items_filtered(queue, wanted or {}).filter(status__in=FINAL)
    while found := list(final.filter(row_index__gt=after).values_list("pk", "row_index")[:PART_ROWS]):
        yield [pk for pk, _ in found]
        after = found[-1][1]


def _refuse_missing(queue: Queue, named: Sequence[int], found: Mapping[int, str]) -> None:
    """`found`: the status of each row that is there."""
    nouns = kind_of(queue).nouns
    missing = [index for index in named if index not in found]
    if missing:
        sentence = f"There is no {nouns.item} {', '.join(map(str, missing[:SAID_ROWS]))}."
        raise InvalidInput(sentence, code=ErrorCode.DOES_NOT_EXIST, attr="row_indexes")
    waiting = [index for index, status in found.items() if status not in FINAL]
    if waiting:
        which = ", ".join(map(str, waiting[:SAID_ROWS]))
        skipped = all(status == RowStatus.SKIPPED for status in found.values() if status not in FINAL)
        sentence = (
            f"Without an answer, because skipped: {nouns.item} {which}."
            if skipped
            else (f"Without a result yet: {nouns.item} {which}.")
        )
        raise Conflict(sentence, code=ErrorCode.WRONG_STATUS)


def _mismatch(schema: dict[str, Any] | None, payload: dict[str, Any]) -> str | None:
    return response_schema.validator(schema)(payload) if schema else None

"""The items of a queue: filtered for a page, and as the API answers them, where they are rows."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from experiments.core.choices import QueueStatus, RowStatus
from experiments.core.cost import as_number
from experiments.core.item_fields import ITEM_FIELDS
from experiments.kinds import Extras, kind_of
from experiments.models import Queue, QueueItem
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors.answer_filter import filter_by_answer
from experiments.selectors.field_filter import field_filters, filter_by_fields, like
from experiments.selectors.one_by_one import first_within

SINCE_ITS_QUEUE = ("queued_at", "available_at")
"""Empty where nobody has retried the item, and where it was never delayed."""
FIRST_STRETCH = 1000
LONGER = 8
"""A stretch of rows is so many times as long as the last, at most."""
LOOK_S = 0.05
"""So long a page looks for rows that no index leads to; then it says how far it came."""
LARGEST_INDEX = 2**31 - 2
"""More is not stored: a range ends with the index after its last row, which has to fit too."""
# By hand: each poll of a running queue reads it, and Django takes longer to write it than the database to answer. An
# index has the place, and is read before the row: else PostgreSQL may go through all that are done, to find it.
_NEXT = """
SELECT i.id, i.available_at, i.limited_since, i.waits_for,
       EXISTS (SELECT 1 FROM experiments_lane WHERE queue_id = %(queue)s) AS has_lane
FROM experiments_queueitem i WHERE i.queue_id = %(queue)s AND i.status = %(queued)s AND i.row_index = (
    SELECT row_index FROM experiments_queueitem WHERE queue_id = %(queue)s AND status = %(queued)s
    AND row_index >= %(start)s ORDER BY row_index LIMIT 1
)
"""
ANY_VALUE = """
EXISTS (
    SELECT 1 FROM jsonb_path_query(experiments_queueitem.{column}, '$.**') AS value
    WHERE jsonb_typeof(value) NOT IN ('array', 'object') AND upper(value #>> '{{}}') LIKE upper(%s)
)
"""


def items_of_queue(queue: Queue) -> QueueItemQuerySet:
    """All of them, annotated with what `QueueKind.extras` needs."""
    kind = kind_of(queue)
    return queue.rows.annotate(**kind.extras(queue).annotations)


def next_item(queue: Queue) -> QueueItem | None:
    """The next item of a running queue where none is written down as running, None where there is no such item.

    `has_lane`: a worker is at work on the queue. A call that is over soon is never written down as running.
    """
    if queue.status != QueueStatus.RUNNING or queue.running or not queue.queued:
        return None
    values = {"queue": queue.pk, "queued": RowStatus.QUEUED.value, "start": queue.range_from or 0}
    found: QueueItem | None = next(iter(QueueItem.objects.raw(_NEXT, values)), None)
    return found


def item_as_row(
    item: QueueItem,
    names: Sequence[str],
    extras: Extras = Extras(),  # noqa: B008  frozen
    *,
    since: datetime,
) -> dict[str, Any]:
    """`names` are those of its cells; `extras` go with an item of `items_of_queue` or `items_filtered`; `since`: its
    queue's `waits_since`, which is not stored with each item."""
    row: dict[str, Any] = {}
    for field in ITEM_FIELDS:
        value = (
            dict(zip(names, item.payload, strict=True)) if field.name == "row_payload" else getattr(item, field.name)
        )
        # The table has a blank for a missing text, and decimals, which JSON has not.
        if field.type is str:
            value = value or None
        if field.name in SINCE_ITS_QUEUE:
            value = value or item.queued_at or since
        row[field.name] = as_number(value) if isinstance(value, Decimal) else value
    more = extras.values([getattr(item, name) for name in extras.annotations])
    return {**row, **dict(zip(extras.names, more, strict=True))}


def attempt_log(item: QueueItem) -> list[dict[str, Any]]:
    fields = ("attempt", "generation", "started_at", "ended_at", "http_status", "outcome", "detail", "unread")
    return list(item.attempt_log.order_by("id").values(*fields))


def items_filtered(queue: Queue, wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    """By `status`, `error_code`, `corrected`, verdict, answer, and a text in a cell, an answer or an error message.

    `InvalidInput` as `field_filter` says.
    """
    items = filter_by_answer(queue, items_of_queue(queue), wanted)
    items = filter_by_fields(queue, items, wanted)
    if wanted.get("error_code") and wanted.get("status") not in (None, "", RowStatus.FAILED):
        return items.none()
    if wanted.get("status"):
        items = items.filter(status=wanted["status"])
    if wanted.get("error_code"):
        items = items.filter(status=RowStatus.FAILED, error_code=wanted["error_code"])
    if is_corrected(wanted) is not None:
        items = items.filter(corrected_payload__isnull=not is_corrected(wanted))
    if wanted.get("verdict"):
        items = kind_of(queue).with_verdict(queue, items, wanted["verdict"])
    text = wanted.get("search")
    if text:
        items = items.filter(has_text("payload", text) | has_answer(text) | Q(error_message__icontains=text))
    return items.in_order()


def must_be_looked_through(wanted: Mapping[str, Any]) -> bool:
    """Whether no index leads to the rows that are `wanted`: each has to be looked at."""
    by_answer = wanted.get("search") or wanted.get("field") or field_filters(wanted)
    return bool(by_answer or is_corrected(wanted) is False)


def is_corrected(wanted: Mapping[str, Any]) -> bool | None:
    """Whether rows with a person's answer are wanted, or those without; None: both."""
    given = wanted.get("corrected")
    return None if given in (None, "") else given in (True, "1")


@dataclass(frozen=True)
class Found:
    """Rows in the order that was asked for; `looked_to`: the row index up to which there are no others, None: all.

    `is_cut`: there are more of those that were wanted, but these have enough bytes.
    """

    rows: list[Any]
    looked_to: int | None = None
    is_cut: bool = False


@dataclass
class Reader:
    """Reads rows as far as they have `left` bytes, None: all of them; `is_cut`: it left some."""

    left: int | None
    is_cut: bool = False

    def rows(self, rows: QuerySet[Any, Any]) -> list[Any]:
        if self.left is None:
            return list(rows)
        found, size, self.is_cut = first_within(rows, max(self.left, 0))
        self.left -= size
        return found


def find(
    queue: Queue,
    wanted: Mapping[str, Any],
    *,
    want: int,
    shape: Callable[[QuerySet[Any, Any]], QuerySet[Any, Any]] = lambda rows: rows,
    after: int | None = None,
    before: int | None = None,
    patience_s: float = 0.0,
    most_bytes: int | None = None,
) -> Found:
    """The next `want` rows of `items_filtered` behind `after`, or those before `before`, from there on down.

    `shape` says which of their columns. Where each row has to be looked at it ends when its time is up: `LOOK_S`, and
    while nothing was found `patience_s`. Rows that have more than `most_bytes` are fewer.
    """
    reader = Reader(most_bytes)
    if must_be_looked_through(wanted):
        rows = shape(items_filtered(queue, wanted))
        return _look_through(queue, rows, reader, want=want, after=after, before=before, patience_s=patience_s)
    status, code, corrected = wanted.get("status"), wanted.get("error_code"), is_corrected(wanted)
    if not (status or code or corrected) or wanted.get("verdict"):
        rows = _beside(shape(items_filtered(queue, wanted)), after, before)[:want]
        return Found(reader.rows(rows), is_cut=reader.is_cut)
    if code and status not in (None, "", RowStatus.FAILED):
        return Found([])
    of_status = QueueItem.objects.of_queue(queue)
    if status or code:
        of_status = of_status.filter(status=status or RowStatus.FAILED)
    if corrected:
        of_status = of_status.filter(corrected_payload__isnull=False)
    if code:
        of_status = of_status.filter(error_code=code)
    # Their places alone are in an index; for more of them PostgreSQL may go through the rows in their order.
    chosen = list(_beside(of_status.values_list("row_index", flat=True), after, before)[:want])
    # By their indexes alone: with the status, PostgreSQL may go through all that have it.
    rows = _beside(shape(items_of_queue(queue).filter(row_index__in=chosen)), None, before)
    return Found(reader.rows(rows), is_cut=reader.is_cut)


def _beside(rows: QuerySet[Any, Any], after: int | None, before: int | None) -> QuerySet[Any, Any]:
    if before is not None:
        return rows.filter(row_index__lt=before).order_by("-row_index")
    return (rows if after is None else rows.filter(row_index__gt=after)).order_by("row_index")


def _look_through(
    queue: Queue,
    rows: QuerySet[Any, Any],
    reader: Reader,
    *,
    want: int,
    after: int | None,
    before: int | None,
    patience_s: float,
) -> Found:
    """Looks at stretches of the queue, each longer than the last. Few rows are looked at where many are found."""
    began, down, stretch = monotonic(), before is not None, FIRST_STRETCH
    found: list[Any] = []
    place = before if before is not None else -1 if after is None else after
    end = 0 if down else last_index(queue)
    while len(found) < want and (place > end if down else place < end):
        since = monotonic()
        reached = max(place - stretch, end) if down else min(place + stretch, end)
        here = {"row_index__lt": place, "row_index__gte": reached}
        if not down:
            here = {"row_index__gt": place, "row_index__lte": reached}
        found += reader.rows(rows.filter(**here).order_by("-row_index" if down else "row_index")[: want - len(found)])
        if reader.is_cut:
            return Found(found, is_cut=True)
        place, now = reached, monotonic()
        left_s = (LOOK_S if found else max(LOOK_S, patience_s)) - (now - began)
        if left_s <= 0:
            break
        stretch = max(int(stretch * min(LONGER, left_s / max(now - since, 1e-6))), FIRST_STRETCH)
    return Found(found, place if len(found) < want and place != end else None)


def last_index(queue: Queue) -> int:
    """-1 where there is no row."""
    last = QueueItem.objects.of_queue(queue).order_by("-row_index").values_list("row_index", flat=True).first()
    return -1 if last is None else last


def has_answer(text: str) -> Q:
    """Whether the answer contains `text`; a person's correction counts in its place."""
    given = Q(corrected_payload__isnull=True) & has_text("result_payload", text)
    return given | has_text("corrected_payload", text)


def has_text(column: str, text: str) -> Q:
    """Whether a value somewhere inside a JSON column contains `text`, whatever the case; names of keys do not count.

    The column is looked through as a whole first, as JSON, where some characters are escaped: that is fast and lets few
    items through to the exact look.
    """
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    pattern = like(text)
    exact = RawSQL(ANY_VALUE.format(column=column), [pattern], output_field=BooleanField())  # noqa: S611  names are ours
    return Q(**{f"{column}__icontains": escaped}) & Q(exact)

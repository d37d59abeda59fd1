"""The items of a queue: filtered for a page, and as the API answers them, where they are rows."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Exists, Q
from django.db.models.expressions import RawSQL

from experiments.core.choices import QueueStatus, RowStatus
from experiments.core.cost import as_number
from experiments.core.item_fields import ITEM_FIELDS
from experiments.kinds import Extras, kind_of
from experiments.models import Lane, Queue, QueueItem
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors.answer_filter import filter_by_answer

LARGEST_INDEX = 2**31 - 2
"""More is not stored: a range ends with the index after its last row, which has to fit too."""
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
    waiting = QueueItem.objects.of_queue(queue).filter(status=RowStatus.QUEUED, row_index__gte=queue.range_from or 0)
    lanes = Exists(Lane.objects.filter(queue=queue.pk))
    return waiting.in_order().annotate(has_lane=lanes).only("available_at", "limited_since", "waits_for").first()


def item_as_row(item: QueueItem, names: Sequence[str], extras: Extras = Extras()) -> dict[str, Any]:  # noqa: B008  frozen
    """`names` are those of its cells; `extras` go with an item of `items_of_queue` or `items_filtered`."""
    row: dict[str, Any] = {}
    for field in ITEM_FIELDS:
        value = (
            dict(zip(names, item.payload, strict=True)) if field.name == "row_payload" else getattr(item, field.name)
        )
        # The table has a blank for a missing text, and decimals, which JSON has not.
        if field.type is str:
            value = value or None
        row[field.name] = as_number(value) if isinstance(value, Decimal) else value
    more = extras.values([getattr(item, name) for name in extras.annotations])
    return {**row, **dict(zip(extras.names, more, strict=True))}


def attempt_log(item: QueueItem) -> list[dict[str, Any]]:
    fields = ("attempt", "generation", "started_at", "ended_at", "http_status", "outcome", "detail", "unread")
    return list(item.attempt_log.order_by("id").values(*fields))


def items_filtered(queue: Queue, wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    """By `status`, `error_code`, verdict, the answer, and a text in a cell, an answer or an error message."""
    items = filter_by_answer(queue, items_of_queue(queue), wanted)
    if wanted.get("status"):
        items = items.filter(status=wanted["status"])
    if wanted.get("error_code"):
        items = items.filter(status=RowStatus.FAILED, error_code=wanted["error_code"])
    if wanted.get("verdict"):
        items = kind_of(queue).with_verdict(queue, items, wanted["verdict"])
    text = wanted.get("search")
    if text:
        items = items.filter(has_text("payload", text) | has_answer(text) | Q(error_message__icontains=text))
    return items.in_order()


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
    pattern = "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
    exact = RawSQL(ANY_VALUE.format(column=column), [pattern], output_field=BooleanField())  # noqa: S611  names are ours
    return Q(**{f"{column}__icontains": escaped}) & Q(exact)

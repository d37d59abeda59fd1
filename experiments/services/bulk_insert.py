"""Rows into a queue, in bulk, by COPY."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from experiments.models import Queue, QueueItem


def replace_items(*, queue: Queue, payloads: Iterable[Any]) -> int:
    """Replaces the items of the queue by one for each payload, in order from row 0; how many.

    Streams: memory does not grow with the number of rows. Runs in the caller's transaction, so that an error in the
    source keeps the old items.
    """
    items = QueueItem.objects.of_queue(queue)
    items._raw_delete(items.db)
    return copy_in(queue=queue, rows=enumerate(payloads))


def copy_in(*, queue: Queue, rows: Iterable[tuple[int, Any]]) -> int:
    """Adds (row_index, payload) pairs. The caller sets the queue's counters."""
    count = 0
    columns = "queue_id, kind, row_index, payload, error_code, error_message"
    with connection.cursor() as cursor, cursor.copy(f"COPY experiments_queueitem ({columns}) FROM STDIN") as copy:
        for line in _lines(str(queue.pk), queue.kind, rows):
            copy.write(line)
            count += 1
    return count


def _lines(queue_id: str, kind: str, rows: Iterable[tuple[int, Any]]) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for row_index, payload in rows:
        text = encode(payload)
        if "\\" in text:
            text = text.replace("\\", "\\\\")
        yield f"{queue_id}\t{kind}\t{row_index}\t{text}\t\t\n"


def set_total(*, queue: Queue, total: int) -> None:
    """All `total` rows wait."""
    Queue.objects.filter(pk=queue.pk).update(total=total, queued=total, running=0, succeeded=0, failed=0)

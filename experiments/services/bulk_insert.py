"""Rows into a queue, in bulk, by COPY."""

from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring

from django.db import connection

from experiments.models import Queue, QueueItem

Payload = Sequence[str]
"""The cells of a row. None of them has a NUL or half of a surrogate pair."""
BLOCK_CHARS = 64 * 1024
"""What is sent at a time. PostgreSQL stores one block while the next is made: a socket holds about two of them."""


def replace_items(*, queue: Queue, payloads: Iterable[Payload]) -> int:
    """Replaces the items of the queue by one for each payload, in order from row 0; how many.

    Streams: memory does not grow with the number of rows. Runs in the caller's transaction, so that an error in the
    source keeps the old items.
    """
    items = QueueItem.objects.of_queue(queue)
    items._raw_delete(items.db)
    return copy_in(queue=queue, rows=enumerate(payloads))


def copy_in(*, queue: Queue, rows: Iterable[tuple[int, Payload]]) -> int:
    """Adds (row_index, payload) pairs. The caller sets the queue's counters.

    All other columns have their defaults in the database.
    """
    count = 0
    statement = "COPY experiments_queueitem (queue_id, kind, row_index, payload) FROM STDIN"
    lines = _lines(f"{queue.pk}\t{queue.kind}", rows)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _blocks(lines):
            copy.write("".join(block).encode())
            count += len(block)
    return count


def _lines(of_queue: str, rows: Iterable[tuple[int, Payload]]) -> Iterator[str]:
    """Text of COPY (https://www.postgresql.org/docs/current/sql-copy.html), in which a backslash is doubled."""
    for row_index, payload in rows:
        text = ",".join(map(encode_basestring, payload))
        if "\\" in text:
            text = text.replace("\\", "\\\\")
        yield f"{of_queue}\t{row_index}\t[{text}]\n"


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """At least `BLOCK_CHARS` in each but the last. A long line is one alone or the last of its block."""
    block: list[str] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= BLOCK_CHARS:
            yield block
            block, size = [], 0
    if block:
        yield block


def set_total(*, queue: Queue, total: int) -> None:
    """All `total` rows wait."""
    Queue.objects.filter(pk=queue.pk).update(total=total, queued=total, running=0, succeeded=0, failed=0)

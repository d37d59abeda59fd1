"""Rows into a queue, in bulk, by COPY."""

import json
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from experiments.models import Queue, QueueItem

Payload = Sequence[str]
"""The cells of a row. None of them has a NUL or half of a surrogate pair."""
MANY, SHARE = 10_000, 0.02
"""Rows from which PostgreSQL counts anew what is in the table, and their least share of it: as autovacuum would."""
PRECISION = 30
"""Of what it finds out, where 100 is PostgreSQL's own: it looks at 300 times as many rows, in a hundredth of the time
that storing 100,000 takes. Autovacuum finds out the rest."""
BLOCK_CHARS = 64 * 1024
"""What is sent at a time. PostgreSQL stores one block while the next is made: a socket holds about two of them."""
LINE_CHARS = 64
"""What a line has beside its cells: queue, kind, index."""
CELL_END, ROW_END = "\x01", "\x02"
"""Stand between the cells and rows of a block while its lines are made. In cells they are as rare as the others."""
ESCAPES = (("\\", r"\\\\"), ('"', r'\\"'), ("\n", r"\\n"), ("\r", r"\\r"), ("\t", r"\\t"))
"""Of texts in JSON (RFC 8259), each backslash doubled for COPY."""
OTHER_CONTROLS = bytes(sorted({*range(32)} - {*b"\n\t"}))


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
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _blocks(rows):
            copy.write(block.lines(f"{queue.pk}\t{queue.kind}\t"))
            count += len(block.payloads)
    _count_anew(added=count)
    return count


def _count_anew(*, added: int) -> None:
    """Autovacuum does it within a minute or so. Until then PostgreSQL would take the rows to be few, and read all of a
    queue for a page of it. Only what plans of pages depend on; whoever does it already is not waited for."""
    if added < MANY:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'experiments_queueitem'::regclass")
        if added >= SHARE * cursor.fetchone()[0]:
            cursor.execute(f"SET LOCAL default_statistics_target = {PRECISION}")
            cursor.execute("ANALYZE (SKIP_LOCKED) experiments_queueitem (queue_id, kind, row_index, status)")


def set_total(*, queue: Queue, total: int) -> None:
    """All `total` rows wait."""
    counters = dict.fromkeys(("running", "succeeded", "failed", "skipped", "corrected", "failed_corrected"), 0)
    Queue.objects.filter(pk=queue.pk).update(total=total, queued=total, **counters)


class _Block:
    """Rows that are sent together. `size` is in characters."""

    def __init__(self) -> None:
        self.size = 0
        self.payloads: list[Payload] = []
        self._indexes: list[int] = []
        self._texts: list[str] = []

    def add(self, row_index: int, payload: Payload) -> None:
        text = CELL_END.join(payload)
        self._indexes.append(row_index)
        self._texts.append(text)
        self.payloads.append(payload)
        self.size += len(text) + LINE_CHARS

    def lines(self, start: str) -> bytes:
        """In the text format of COPY: `start`, the index of a row, its cells as JSON."""
        return self._usual_lines(start) or self._other_lines(start)

    def _usual_lines(self, start: str) -> bytes:
        """All at once; nothing where a cell has a control character that texts do not have, or a row has no cell."""
        text, rows = ROW_END.join(self._texts), len(self._texts)
        if text.count(ROW_END) != rows - 1 or text.count(CELL_END) != sum(map(len, self.payloads)) - rows:
            return b""
        for char, escape in ESCAPES:
            text = text.replace(char, escape)
        texts = text.replace(CELL_END, '","').split(ROW_END)
        lines = [f'{start}{index}\t["{cells}"]\n' for index, cells in zip(self._indexes, texts, strict=True)]
        block = "".join(lines).encode()
        return b"" if len(block.translate(None, OTHER_CONTROLS)) < len(block) else block

    def _other_lines(self, start: str) -> bytes:
        texts = [json.dumps(list(payload), ensure_ascii=False).replace("\\", "\\\\") for payload in self.payloads]
        lines = [f"{start}{index}\t{text}\n" for index, text in zip(self._indexes, texts, strict=True)]
        return "".join(lines).encode()


def _blocks(rows: Iterable[tuple[int, Payload]]) -> Iterator[_Block]:
    """At least `BLOCK_CHARS` in each but the last. A long row is one alone or the last of its block."""
    block = _Block()
    for row_index, payload in rows:
        block.add(row_index, payload)
        if block.size >= BLOCK_CHARS:
            yield block
            block = _Block()
    if block.payloads:
        yield block

"""Rows go into a queue in blocks: each cell as it was, a few blocks whatever the number of rows, all or none."""

from collections.abc import Iterator, Sequence

import psycopg
import pytest
from django.db import transaction

from experiments.models import Queue
from experiments.services import bulk_insert
from tests.integration.web.support import batch_of

pytestmark = pytest.mark.django_db

CONTROLS = "".join(map(chr, range(1, 32)))
HOSTILE = [
    "",
    " ",
    '"',
    '""',
    "\\",
    "\\\\",
    "\\N",
    "\\.",
    "\\t",
    "\t",
    "\n",
    "\r\n",
    CONTROLS,
    "\x7f\x80",
    "\u2028",
    "é😀",
]


@pytest.fixture
def queue() -> Queue:
    return Queue.objects.get(pk=batch_of("ann").pk)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes of each block that goes to PostgreSQL."""
    sizes: list[int] = []
    write = psycopg.Copy.write

    def counting(copy: psycopg.Copy, block: bytes) -> None:
        sizes.append(len(block))
        write(copy, block)

    monkeypatch.setattr(psycopg.Copy, "write", counting)
    return sizes


def stored(queue: Queue) -> list[tuple[int, list[str]]]:
    return list(queue.items.order_by("row_index").values_list("row_index", "payload"))


def test_each_cell_comes_back_as_it_was(queue: Queue) -> None:
    rows = [[first, second] for first in HOSTILE for second in HOSTILE]
    assert bulk_insert.replace_items(queue=queue, payloads=rows) == len(rows)
    assert stored(queue) == list(enumerate(rows))


def test_rows_may_have_any_number_of_cells_and_any_index(queue: Queue) -> None:
    rows: list[tuple[int, Sequence[str]]] = [(7, []), (3, [""]), (9, ["a", "", "b"]), (2_000_000, ["x"])]
    assert bulk_insert.copy_in(queue=queue, rows=rows) == 4
    assert stored(queue) == sorted((index, list(cells)) for index, cells in rows)


def test_many_rows_are_few_blocks_and_a_long_row_makes_no_other_longer(queue: Queue, sent: list[int]) -> None:
    rows = [[str(number), "some text"] for number in range(5_000)]
    rows[2_500][1] = "x" * 1_000_000
    assert bulk_insert.replace_items(queue=queue, payloads=rows) == len(rows)
    assert [cells for _, cells in stored(queue)] == rows
    assert len(sent) < 12
    assert sorted(sent)[-2] < 2 * bulk_insert.BLOCK_CHARS < sorted(sent)[-1] < 1_000_000 + 2 * bulk_insert.BLOCK_CHARS


@pytest.mark.parametrize("cell", ["a\0b", "\ud800"])
def test_what_postgresql_cannot_store_is_an_error_and_the_rows_before_stay(queue: Queue, cell: str) -> None:
    bulk_insert.replace_items(queue=queue, payloads=[["earlier"]])
    with pytest.raises((psycopg.DataError, ValueError)), transaction.atomic():
        bulk_insert.replace_items(queue=queue, payloads=[["new"], [cell]])
    assert stored(queue) == [(0, ["earlier"])]


def test_an_error_in_the_source_keeps_the_rows_before(queue: Queue) -> None:
    def failing() -> Iterator[list[str]]:
        yield from [["new"]] * 10_000
        raise RuntimeError("the source failed")

    bulk_insert.replace_items(queue=queue, payloads=[["earlier"]])
    with pytest.raises(RuntimeError, match="the source failed"), transaction.atomic():
        bulk_insert.replace_items(queue=queue, payloads=failing())
    assert stored(queue) == [(0, ["earlier"])]

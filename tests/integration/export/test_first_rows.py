"""The first rows of an export come when the first rows were read, however many there are."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.core.choices import ExportFormat
from experiments.export.rows import PIECE, ExportLayout
from experiments.selectors.export_lines import SET_UP
from experiments.selectors.export_statements import COLUMNS, STATEMENTS
from experiments.services.exports import ExportOptions, export_chunks
from tests.integration.api.support import Draft

LAYOUT = ExportLayout(headers=["id", "text"], names=["id", "text"], fields=["topic"])


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def plan_of(many: Draft, wanted: ExportFormat, status: str | None) -> set[str]:
    """The kinds of nodes of the statement that makes the file."""
    items = CsvBatchRow.objects.filter(queue_id=many.id, **({"status": status} if status else {})).order_by("row_index")
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ANALYZE experiments_queueitem")
        cursor.execute(SET_UP)
        found = sql.SQL(cursor.mogrify(*items.values_list(*COLUMNS).query.sql_with_params()))
        statement = STATEMENTS[wanted](LAYOUT, found, "mark").as_string(cursor.connection)
        query = statement[len("COPY (") : statement.rindex(") TO STDOUT")]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
        (answer,) = cursor.fetchone()
    plan = json.loads(answer) if isinstance(answer, str) else answer
    return set(nodes(plan[0]["Plan"]))


def test_no_row_waits_for_the_last(many: Draft) -> None:
    for wanted, status in product(STATEMENTS, [None, "succeeded"]):
        waits = {"Sort", "Incremental Sort", "Gather", "Gather Merge", "Seq Scan"} & plan_of(many, wanted, status)
        assert not waits, (wanted, status)


def test_a_piece_has_few_bytes(many: Draft) -> None:
    longest = 2000
    for wanted in STATEMENTS:
        pieces = export_chunks(CsvBatch.objects.get(pk=many.id), ExportOptions(format=wanted, partial=True))
        sizes = [len(piece) for piece in pieces]
        assert sum(sizes) > 19_000_000, wanted
        assert max(sizes) < PIECE + longest, wanted

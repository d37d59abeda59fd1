"""The beginnings of cells and answers of some rows: a comparison shows no more of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from experiments.models import Queue

_TEXTS = """
SELECT row_index, error_code, left(error_message, %(size)s),
       (SELECT array_agg(left(payload ->> at, %(size)s) ORDER BY place)
        FROM unnest(%(positions)s::int[]) WITH ORDINALITY AS p(at, place)),
       (SELECT array_agg(left(CASE name WHEN '' THEN answer::text ELSE answer ->> name END, %(nested)s) ORDER BY place)
        FROM unnest(%(names)s::text[]) WITH ORDINALITY AS f(name, place))
FROM (SELECT *, coalesce(corrected_payload, result_payload) AS answer FROM experiments_queueitem
      WHERE queue_id = %(queue)s AND row_index = ANY(%(rows)s::int[])) AS item
"""


@dataclass(frozen=True)
class RowTexts:
    """None: the answer has no value there."""

    error_code: str
    error: str
    cells: tuple[str | None, ...]
    answers: tuple[str | None, ...]


def texts_of_rows(
    queue: Queue, rows: Sequence[int], *, positions: Sequence[int], names: Sequence[str], size: int, nested: int
) -> dict[int, RowTexts]:
    """By row index. `positions`: of the columns; `names`: of the fields, "" for the whole answer; `size` and `nested`:
    characters of a cell and of an answer."""
    values: dict[str, Any] = {
        "queue": queue.pk,
        "rows": list(rows),
        "positions": list(positions),
        "names": list(names),
        "size": size,
        "nested": nested,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, values)
        return {
            index: RowTexts(code, error, tuple(cells or ()), tuple(answers or ()))
            for index, code, error, cells, answers in cursor.fetchall()
        }

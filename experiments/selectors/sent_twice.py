"""Columns whose text a message has twice: where the template names them, and among the lines of the prompt columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from jinja2 import nodes

from experiments.prompts import Template
from experiments.prompts.columns import MappedColumn
from experiments.prompts.named_columns import columns_named_in
from experiments.prompts.spelling import COLUMNS

LOOKED_AT = 100
CHARS_PER_TOKEN = 4
"""About, of most languages in Latin letters."""
_LENGTHS = """
SELECT sum(length(payload ->> position)) / count(DISTINCT row_index)
FROM (SELECT row_index, payload FROM experiments_queueitem WHERE queue_id = %(queue)s
      ORDER BY row_index LIMIT %(rows)s) AS first, unnest(%(positions)s::int[]) AS position
"""


@dataclass(frozen=True)
class SentTwice:
    """`lines` of the template that name the columns or all of them; `placed` is the one that has `{{ columns }}`, None
    where their lines follow the text. `tokens` are about what it costs a row.
    """

    names: tuple[str, ...]
    lines: tuple[int, ...]
    placed: int | None
    tokens: int


def sent_twice(queue: Any, columns: Sequence[MappedColumn], template: Template) -> SentTwice | None:
    lines: dict[str, int] = {}
    for name, line in columns_named_in(template):
        if name is not None:
            lines.setdefault(name, line)
    twice = [
        (number, column.name)
        for number, column in enumerate(columns)
        if column.name in lines and column.traits.in_prompt
    ]
    if not twice:
        return None
    placed = _line_of_columns(template)
    named = {lines[name] for _, name in twice} | ({placed} if placed else set())
    names = tuple(name for _, name in twice)
    return SentTwice(names, tuple(sorted(named)), placed, _tokens(queue, [number for number, _ in twice]))


def _line_of_columns(template: Template) -> int | None:
    return next((name.lineno for name in template.tree.find_all(nodes.Name) if name.name == COLUMNS), None)


def _tokens(queue: Any, positions: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHS, {"queue": queue.pk, "rows": LOOKED_AT, "positions": positions})
        length = cursor.fetchone()[0]
    return round(float(length or 0) / CHARS_PER_TOKEN)

"""The rows that a comparison shows as CSV: what the file has, then each field in A and in B."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from experiments.core.json_numbers import to_json
from experiments.core.json_text import parse_kept
from experiments.core.labels import reason_in_words
from experiments.kinds import kind_of
from experiments.response_schema.field_order import value_in_field_order
from experiments.response_schema.field_types import traits_of_field
from experiments.selectors import comparison
from experiments.selectors.comparison import Wanted
from experiments.selectors.comparison_statements import FAILED, Both, Line
from experiments.selectors.comparison_texts import RowTexts, texts_of_rows
from experiments.web.queue.columns import WHOLE_ANSWER

AT_A_TIME = 200
WHOLE = 2**30
"""Characters of a text: all of them."""
BOM = "\ufeff"


def csv_of_comparison(both: Both, counted: frozenset[str], wanted: Wanted) -> Iterator[str]:
    layout = kind_of(both.a).layout(both.a)
    names = [field.name for field in both.fields]
    fields = [f"{name or WHOLE_ANSWER} ({side})" for name in names for side in "AB"]
    yield BOM + _line(["row", "result", "changed_fields", *layout.headers, *fields, "error (A)", "error (B)"])
    places = comparison.places_of(both, counted)
    for chunk in _chunks(comparison.all_found(both, counted, wanted)):
        indexes = [line.row for line in chunk]
        positions = range(len(layout.columns))
        a, b = (
            texts_of_rows(queue, indexes, positions=positions, names=names, size=WHOLE, nested=WHOLE)
            for queue in (both.a, both.b)
        )
        for line in chunk:
            texts = a.get(line.row), b.get(line.row)
            match = comparison.match_of(line, places)
            changed = str(comparison.changed_fields(line, places)) if line.letters else ""
            yield _line(
                [str(line.row), str(match), changed, *_cells(texts), *_answers(both, texts), *_errors(line, texts)]
            )


def _cells(texts: tuple[RowTexts | None, RowTexts | None]) -> list[str]:
    either = texts[0] or texts[1]
    return [text or "" for text in either.cells] if either else []


def _answers(both: Both, texts: tuple[RowTexts | None, RowTexts | None]) -> list[str]:
    fields = {field["name"]: field for field in both.response_fields}
    return [
        _in_field_order((side.answers[at] if side else None) or "", fields.get(one.name))
        for at, one in enumerate(both.fields)
        for side in texts
    ]


def _in_field_order(text: str, field: Any) -> str:
    if not field or not traits_of_field(field).is_nested or text[:1] not in ("[", "{"):
        return text
    return to_json(value_in_field_order(parse_kept(text), field))


def _errors(line: Line, texts: tuple[RowTexts | None, RowTexts | None]) -> list[str]:
    ended = (line.a_ended, line.b_ended)
    return [
        f"{reason_in_words(side.error_code)}: {side.error}" if side and how == FAILED else ""
        for side, how in zip(texts, ended, strict=True)
    ]


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == AT_A_TIME:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _line(cells: list[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()

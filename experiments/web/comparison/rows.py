"""The rows of a comparison as its page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.core.formatting import counted
from experiments.core.json_text import parse_kept
from experiments.core.labels import reason_in_words
from experiments.response_schema.field_order import value_in_field_order
from experiments.response_schema.field_types import traits_of_field
from experiments.selectors import comparison
from experiments.selectors.comparison import NEITHER
from experiments.selectors.comparison_statements import ANSWERED, FAILED, NOT_ENDED, Both, Line
from experiments.selectors.comparison_texts import RowTexts, texts_of_rows
from experiments.web.answer_html import NULL
from experiments.web.comparison.forms import ComparisonAddress
from experiments.web.comparison.heads import Head, plain
from experiments.web.queue.cells import MAX_CELL, MAX_NESTED, in_one_line


@dataclass(frozen=True)
class RowShown:
    index: int
    kind: str
    is_bad: bool
    cells: tuple[SafeString, ...]
    answers: SafeString


def rows_of(
    both: Both,
    found: Sequence[Line],
    heads: Sequence[Head],
    names: Sequence[str],
    positions: Sequence[int],
    address: ComparisonAddress,
) -> tuple[RowShown, ...]:
    indexes = [line.row for line in found]
    texts = [
        texts_of_rows(queue, indexes, positions=positions, names=names, size=MAX_CELL, nested=MAX_NESTED)
        for queue in (both.a, both.b)
    ]
    places = {field.name: at for at, field in enumerate(both.fields)}
    shown = [(heads[places[name]], places[name]) for name in names]
    counted_ = [head.at for head in heads if head.is_counted]
    fields = {field["name"]: field for field in both.response_fields}
    for of_side in texts:
        of_side.update({row: _in_one_line(side, names, fields) for row, side in of_side.items()})
    return tuple(
        _row(line, texts[0].get(line.row), texts[1].get(line.row), shown, counted_, address.wanted.search)
        for line in found
    )


def _row(
    line: Line,
    a: RowTexts | None,
    b: RowTexts | None,
    shown: Sequence[tuple[Head, int]],
    counted_: Sequence[int],
    search: str,
) -> RowShown:
    either = a or b
    cells = tuple(in_one_line(text or "", search) for text in (either.cells if either else ()))
    kind, is_bad = _kind_of_row(line, counted_)
    if (line.a_ended, line.b_ended) != (ANSWERED, ANSWERED):
        sides = [_one_side(line_ended, side, search) for line_ended, side in ((line.a_ended, a), (line.b_ended, b))]
        answers = format_html(
            '<td class="ans ans1 diff whole" colspan="{}"><div class="c2">{}{}</div></td>', len(shown) or 1, *sides
        )
        return RowShown(line.row, kind, is_bad, cells, answers)
    parts = [
        _answer(head, line.letters[at], a.answers[number] if a else None, b.answers[number] if b else None, search)
        for number, (head, at) in enumerate(shown)
    ]
    return RowShown(line.row, kind, is_bad, cells, SafeString("".join(parts)))


def _kind_of_row(line: Line, counted_: Sequence[int]) -> tuple[str, bool]:
    ended = (line.a_ended, line.b_ended)
    if FAILED in ended:
        return "Failed in both" if ended == (FAILED, FAILED) else f"Failed in {'AB'[ended.index(FAILED)]}", True
    if ended == (NOT_ENDED, NOT_ENDED):
        return "No answer", False
    if NOT_ENDED in ended:
        return "Only in A" if line.b_ended == NOT_ENDED else "Only in B", False
    number = comparison.changed_fields(line, counted_)
    return counted(number, "field") if number else "Same", False


def _one_side(ended: int, texts: RowTexts | None, search: str) -> SafeString:
    if texts is not None and ended == ANSWERED:
        parts = [text for text in texts.answers if text]
        return format_html('<span dir="auto">{}</span>', in_one_line(" · ".join(parts), search))
    if texts is not None and ended == FAILED:
        reason = reason_in_words(texts.error_code)
        return format_html('<span class="bad">{}</span>', f"{reason}: {texts.error}" if texts.error else reason)
    return format_html('<span class="muted">{}</span>', "No answer" if texts is not None else "No such row")


def _answer(head: Head, letter: str, a: str | None, b: str | None, search: str) -> SafeString:
    if letter in NEITHER and a == b:
        return format_html(
            '<td class="ans same {}" data-l="{}"><div class="c" dir="auto">{}</div></td>',
            *(head.look.cell, head.name, _shown(a, search)),
        )
    look = f"{'diff' if letter not in NEITHER else 'diff nc'}{'' if head.is_counted else ' nc'} {head.look.cell}"
    return format_html(
        '<td class="ans {}" data-l="{}"><div class="c2"><span dir="auto">{}</span>'
        '<span dir="auto">{}</span></div></td>',
        *(look, head.name, _shown(a, search), _shown(b, search)),
    )


def _shown(text: str | None, search: str) -> SafeString:
    return NULL if text is None else in_one_line(text, search)


def _in_one_line(texts: RowTexts, names: Sequence[str], fields: Mapping[str, Any]) -> RowTexts:
    answers = (
        None if text is None else _flat(text, fields.get(name, {}))
        for name, text in zip(names, texts.answers, strict=True)
    )
    return replace(texts, answers=tuple(answers))


def _flat(text: str, field: Mapping[str, Any]) -> str:
    """A list as its entries, an object as its values in the order of its fields, on one line."""
    if text[:1] not in ("[", "{") or (field and not traits_of_field(field).is_nested):
        return text[:MAX_CELL]
    try:
        value = value_in_field_order(parse_kept(text), field)
    except ValueError:
        return text[:MAX_CELL]
    entries: Any = value.values() if isinstance(value, Mapping) else value
    return (" · " if isinstance(value, Mapping) else ", ").join(
        "null" if one is None else plain(one) for one in entries
    )

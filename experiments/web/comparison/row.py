"""A row of a comparison: both answers, both messages, both traces."""

from dataclasses import dataclass
from typing import Any

from experiments.core import text_diff
from experiments.core.choices import RowStatus
from experiments.core.formatting import as_text, clipped, milliseconds
from experiments.core.labels import reason_in_words
from experiments.core.text_diff import Piece
from experiments.kinds import kind_of
from experiments.models import Queue, QueueItem
from experiments.response_schema.field_order import in_field_order
from experiments.selectors import comparison, items
from experiments.selectors.comparison_statements import ANSWERED, Both, Where, lines
from experiments.web.queue.row_detail import Message, message_of_item, run_of_item
from experiments.web.run.detail import ShownRun

TABS = {"answers": "Answers", "trace": "Traces", "original": "Original"}
FIRST_TAB = "answers"


@dataclass(frozen=True)
class ShownField:
    """`pieces`: of texts, what only one has; none where they are no texts or are all different."""

    name: str
    is_same: bool
    a: Any
    b: Any
    a_pieces: tuple[Piece, ...] = ()
    b_pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class RowSide:
    letter: str
    queue: Queue
    item: QueueItem | None
    took: str
    reason: str
    error: str
    message: Message | None
    run: ShownRun | None
    address: str


@dataclass(frozen=True)
class RowPair:
    index: int
    tab: str
    differ: str
    a: RowSide
    b: RowSide
    fields: tuple[ShownField, ...]
    pieces: tuple[Piece, ...]
    a_message: tuple[Piece, ...]
    b_message: tuple[Piece, ...]
    cells: tuple[tuple[str, str], ...]
    previous: int | None = None
    next: int | None = None

    @property
    def sides(self) -> tuple[RowSide, RowSide]:
        return self.a, self.b

    @property
    def tabs(self) -> tuple[tuple[str, str], ...]:
        return tuple(TABS.items())

    @property
    def has_failed(self) -> bool:
        return bool(self.a.reason or self.b.reason)


def row_pair(
    both: Both, counted: frozenset[str], index: int, tab: str, beside: tuple[int | None, int | None]
) -> RowPair | None:
    """None where neither has such a row."""
    found = [items.items_of_queue(queue).filter(row_index=index).first() for queue in (both.a, both.b)]
    one = found[0] or found[1]
    if one is None:
        return None
    a, b = (_side(letter, queue, item) for letter, queue, item in zip("AB", (both.a, both.b), found, strict=True))
    texts = [clipped(side.message.text) if side.message else "" for side in (a, b)]
    pieces = text_diff.pieces(*texts)
    [line] = lines(both, Where(stretch=(index, index)))
    places = comparison.places_of(both, counted)
    differ = ""
    if (line.a_ended, line.b_ended) == (ANSWERED, ANSWERED):
        differ = f"{comparison.changed_fields(line, places)} of {len(both.fields)} fields differ"
    return RowPair(
        index=index,
        tab=tab if tab in TABS else FIRST_TAB,
        differ=differ,
        a=a,
        b=b,
        fields=_fields(both, line.letters, found),
        pieces=tuple(pieces),
        a_message=_only(pieces, "missing"),
        b_message=_only(pieces, "added"),
        cells=tuple(zip(kind_of(both.a).layout(both.a).columns, one.payload, strict=False)),
        previous=beside[0],
        next=beside[1],
    )


def _only(pieces: list[Piece], kind: str) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.kind in ("kept", kind))


def _side(letter: str, queue: Queue, item: QueueItem | None) -> RowSide:
    if item is None:
        return RowSide(letter, queue, None, "", "", "", None, None, "")
    run = run_of_item(item, queue.network_id)
    failed = item.status == RowStatus.FAILED and item.corrected_payload is None
    return RowSide(
        letter=letter,
        queue=queue,
        item=item,
        took="" if item.elapsed_ms is None else milliseconds(item.elapsed_ms),
        reason=reason_in_words(item.error_code) if failed else "",
        error=item.error_message if failed else "",
        message=message_of_item(queue, item, run),
        run=run,
        address=f"{kind_of(queue).address(queue.pk)}row/{item.row_index}/",
    )


def _fields(both: Both, letters: str, found: list[QueueItem | None]) -> tuple[ShownField, ...]:
    answers = [in_field_order(_answer(item), both.response_fields) for item in found]
    shown = []
    for at, field in enumerate(both.fields):
        a, b = (_value(answer, field.name) for answer in answers)
        is_same = bool(letters) and letters[at] in comparison.NEITHER
        pieces: list[Piece] = []
        if isinstance(a, str) and isinstance(b, str) and not is_same and " " in a + b:
            pieces = text_diff.pieces(clipped(a), clipped(b))
        has_same = any(piece.kind == "kept" and piece.text.strip() for piece in pieces)
        sides = (_only(pieces, "missing"), _only(pieces, "added")) if has_same else ((), ())
        shown.append(ShownField(field.name or "Answer", is_same, a, b, *sides))
    return tuple(shown)


def _answer(item: QueueItem | None) -> Any:
    if item is None:
        return None
    return item.result_payload if item.corrected_payload is None else item.corrected_payload


def _value(answer: Any, name: str) -> Any:
    if not name:
        return None if answer is None else as_text(answer)
    return answer.get(name) if isinstance(answer, dict) else None

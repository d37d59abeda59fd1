"""Whether values may be set in the answers of many rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models.expressions import RawSQL

from experiments import response_schema
from experiments.core.choices import FINAL, ErrorCode, RowStatus
from experiments.core.errors import InvalidInput
from experiments.core.formatting import count
from experiments.core.json_text import BadPayload, strict
from experiments.kinds import kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors.corrections import answer_of_item

SET = "set"
NAMED_ROWS = 100
"""So many rows that would break the schema are named."""
SAID_ROWS = 3
ANSWERS_AT_ONCE = 200
"""An answer may have megabytes."""


class Check:
    """Whether answers with the new values satisfy the schema.

    Where each field is checked by itself, an answer that was recorded as a success or corrected is known to fit, and
    needs no second look: of a million rows most are such.
    """

    def __init__(self, queue: Queue, values: dict[str, Any]) -> None:
        kind = kind_of(queue)
        self._queue, self._values, self._nouns = queue, values, kind.nouns
        self._problems: list[tuple[int, str]] = []
        names = {field["name"] for field in kind.response_fields(queue)}
        for name in values:
            if name not in names:
                sentence = f"There is no response field {name}. The fields are {', '.join(sorted(names)) or 'none'}."
                raise InvalidInput(sentence, code=ErrorCode.UNKNOWN, attr=f"{SET}.{name}")
        check_storable(values, SET)
        schema = kind.schema(queue)
        self._validate = response_schema.validator(schema) if schema else None
        self._apart = schema is None or response_schema.checks_fields_apart(schema)
        if schema and self._apart:
            mismatch = response_schema.validator({**schema, "required": []})(values)
            if mismatch is not None:
                raise InvalidInput(mismatch, code=ErrorCode.SCHEMA_MISMATCH, attr=SET)

    def look_at(self, item_ids: Sequence[int]) -> None:
        for item, sentence in self._broken(item_ids):
            if len(self._problems) == NAMED_ROWS:
                return
            self._problems.append((item.row_index, sentence))

    def refuse(self) -> None:
        """`InvalidInput` where a row did not fit."""
        if not self._problems:
            return
        said = [f"{self._nouns.item_title} {index}: {sentence}" for index, sentence in self._problems[:SAID_ROWS]]
        if len(self._problems) > SAID_ROWS:
            least = "at least " if len(self._problems) == NAMED_ROWS else ""
            said.append(f"{least}{count(len(self._problems) - SAID_ROWS)} more")
        sentence = f"Nothing was changed: {self._nouns.items} would break the schema. {'; '.join(said)}."
        indexes = [index for index, _ in self._problems]
        raise InvalidInput(sentence, code=ErrorCode.SCHEMA_MISMATCH, attr=SET, extra={"row_indexes": indexes})

    def still_fitting(self, item_ids: list[int]) -> list[int]:
        """Those that fit as they are now, under the queue's lock."""
        broken = {item.pk for item, _ in self._broken(item_ids)}
        return [pk for pk in item_ids if pk not in broken] if broken else item_ids

    def _broken(self, item_ids: Sequence[int]) -> Iterator[tuple[QueueItem, str]]:
        """Rows that would not fit, and why."""
        if self._validate is None:
            return
        # Thousands of parameters would take longer than the rows.
        ids = RawSQL("SELECT unnest(%s::bigint[])", ([*item_ids],))
        rows = QueueItem.objects.filter(pk__in=ids, status__in=FINAL)
        if self._apart:
            rows = rows.filter(status=RowStatus.FAILED, corrected_payload__isnull=True)
        answers = rows.only("id", "row_index", "result_payload", "corrected_payload").in_order()
        for item in answers.iterator(chunk_size=ANSWERS_AT_ONCE):
            sentence = self._validate({**answer_of_item(item), **self._values})
            if sentence is not None:
                yield item, sentence


def check_storable(value: dict[str, Any], attr: str) -> None:
    try:
        strict(value, "the correction")
    except BadPayload as problem:
        raise InvalidInput(f"{problem}.", code=ErrorCode.INVALID_TEXT, attr=attr) from problem

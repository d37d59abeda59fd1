"""What a form of the builder asks for: its rows after the pressed button, and the fields to store, if they can be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from experiments.core.errors import InvalidInput
from experiments.web.schema import edits
from experiments.web.schema.checked import checked_fields
from experiments.web.schema.edits import NOTHING
from experiments.web.schema.page import Builder, fingerprint
from experiments.web.schema.rows import Rows

Json = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """`fields` is None where nothing can be stored; `builder` says why."""

    builder: Builder
    fields: list[Json] | None


def read_change(form: QueryDict, stored: Sequence[Any]) -> Change:
    """`stored`: the fields as they are now. Where the form shows others it is not stored, unless it says `anyway`."""
    try:
        rows = Rows.of_form(form)
    except InvalidInput as error:
        return Change(Builder(Rows.of_fields(stored), list(stored), problem=error.detail, is_stored=False), None)
    pressed = form.get("act", "")
    done = edits.act(rows, pressed) if pressed else NOTHING
    fields = checked_fields(rows)
    builder = Builder(rows, list(stored), done, is_stored=False, quiet=not pressed and not rows.has_changed_kinds)
    if fields is None:
        return Change(builder, None)
    is_elsewhere = fields != list(stored) and form.get("seen", "") != fingerprint(list(stored))
    if is_elsewhere and not form.get("anyway", ""):
        # The next change of this form does not store it either.
        return Change(replace(builder, changed_elsewhere=True, seen_before=form.get("seen", "")), None)
    return Change(builder, fields)

"""The address of a comparison: which two, which rows, and what counts as a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import QueryDict

from experiments.core.choices import FieldChange, RowMatch
from experiments.selectors.comparison import Wanted, distance
from experiments.selectors.items import LARGEST_INDEX
from experiments.web.queue.forms import MAX_PATH, MAX_VALUE

MOVES = "moves."
"""`moves.score=10`: the field counts as changed where it moves by 10 or more."""
LISTS = ("count", "show")
PLACES = ("after", "before")
ALL = "all"
ROWS = ("match", "failed", "field", "change", "from", "to", "search", "sort", *PLACES)
"""What chooses rows; the rest of an address says which two there are and what counts."""


class ComparisonForm(forms.Form):
    a = forms.UUIDField(required=False)
    b = forms.UUIDField(required=False)
    match = forms.ChoiceField(choices=[(ALL, "All"), *RowMatch.choices()], required=False)
    failed = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
    field = forms.CharField(max_length=MAX_PATH, required=False)
    change = forms.ChoiceField(choices=FieldChange.choices(), required=False)
    search = forms.CharField(max_length=100, required=False)
    sort = forms.ChoiceField(choices=[("row", "By row")], required=False)
    after = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)
    before = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)


@dataclass(frozen=True)
class ComparisonAddress:
    """What an address asks for. `given`: as it came, what is valid of it."""

    a: UUID | None
    b: UUID | None
    wanted: Wanted
    counted: frozenset[str]
    shown: frozenset[str]
    moves: dict[str, Decimal]
    after: int | None
    before: int | None
    given: tuple[tuple[str, str], ...]

    def query(self, **changes: Any) -> str:
        """The address with these in place of what it has; a place and an open row are left out."""
        kept = [(name, value) for name, value in self.given if name not in changes and name not in PLACES]
        more = [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
        return urlencode([*kept, *more])

    @property
    def without_rows(self) -> tuple[tuple[str, str], ...]:
        """Which two, and what counts."""
        return tuple((name, value) for name, value in self.given if name not in ROWS)

    @property
    def without_count(self) -> tuple[tuple[str, str], ...]:
        """What a form of the fields that count keeps."""
        kept = [(name, value) for name, value in self.given if name != "count" and not name.startswith(MOVES)]
        return tuple(one for one in kept if one[0] not in PLACES)

    @property
    def without_show(self) -> tuple[tuple[str, str], ...]:
        return tuple(one for one in self.given if one[0] not in ("show", *PLACES))

    def rows(self, **filters: Any) -> str:
        """The address with these filters in place of all that there are."""
        return urlencode([*self.without_rows, *((name, str(value)) for name, value in filters.items() if value != "")])

    @property
    def here(self) -> str:
        return urlencode(self.given)


def address_of(params: QueryDict) -> ComparisonAddress:
    """What is not valid is left out."""
    form, texts = ComparisonForm(params), {name: str(value) for name, value in params.items()}
    form.is_valid()
    found = form.cleaned_data
    moves = {name.removeprefix(MOVES): distance(text) for name, text in texts.items() if name.startswith(MOVES)}
    pair = (texts["from"], texts["to"]) if {"from", "to"} <= texts.keys() and found.get("field") else None
    if pair and any(len(one) > MAX_VALUE or "\0" in one for one in pair):
        pair = None
    match = found.get("match") or ("" if _filters(found) or pair else RowMatch.CHANGED)
    given = [(name, str(texts[name])) for name in form.fields if found.get(name) not in (None, "")]
    if pair:
        given += [("from", pair[0]), ("to", pair[1])]
    given += [(name, text[:MAX_PATH]) for name in LISTS for text in params.getlist(name)[:200]]
    given += [(f"{MOVES}{name}", str(number)) for name, number in moves.items() if number]
    return ComparisonAddress(
        a=found.get("a"),
        b=found.get("b"),
        wanted=Wanted(
            match=RowMatch(match) if match and match != ALL else None,
            failed_in=found.get("failed") or "",
            field=found.get("field") or "",
            change=FieldChange(found["change"]) if found.get("change") else None,
            pair=pair,
            search=found.get("search") or "",
            by_row=bool(found.get("sort")),
        ),
        counted=frozenset(params.getlist("count")),
        shown=frozenset(params.getlist("show")),
        moves={name: number for name, number in moves.items() if number},
        after=found.get("after"),
        before=found.get("before"),
        given=tuple(given),
    )


def _filters(found: Mapping[str, Any]) -> bool:
    return any(found.get(name) for name in ("failed", "field", "search"))

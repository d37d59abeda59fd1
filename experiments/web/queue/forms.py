"""The query strings and forms of the pages of a queue."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from experiments.core.choices import ExportFormat, Nested, RowStatus
from experiments.core.datetimes import DATE_OR_TIME
from experiments.core.json_numbers import to_json
from experiments.export.formats import EXPORT_FORMATS
from experiments.ingest.dialect import check_delimiter
from experiments.selectors.field_filter import (
    ANY,
    BEGINNINGS,
    BETWEEN,
    COLUMN,
    CONTAINS,
    MAY_BE_EMPTY,
    NONE,
    PREFIX,
)
from experiments.selectors.items import LARGEST_INDEX
from experiments.services.exports import ExportOptions

PLACES = ("after", "before")
"""Where the page of a table begins; they choose no rows."""
VIEW = (*PLACES, "sort")
"""And in which order it has them."""
MAX_PLACE = 2000
"""Characters of a place in an order: a value, and where a sort of many rows came to."""
MAX_VALUE = 500
"""Characters of a value in an address; no choice is longer."""

MAX_PATH = 600
"""Characters of a field's name with those of the objects that it is in."""


class BoundField(forms.DecimalField):
    """A number or an ISO 8601 date."""

    def clean(self, value: Any) -> Any:
        return value if isinstance(value, str) and DATE_OR_TIME.fullmatch(value) else super().clean(value)


class RowFilterForm(forms.Form):
    """Which rows a table shows. `after` and `before` are row indexes, or places in the order `sort`: the page begins
    behind one, or ends before it.

    `field.score=3..5` filters by a value of the answers (`selectors.field_filter`).
    `field` with `value`, with `least` and `below`, or with `blank` is a bar of a distribution.
    """

    status = forms.ChoiceField(choices=[(status, status) for status in RowStatus], required=False)
    error_code = forms.SlugField(max_length=32, required=False)
    search = forms.CharField(max_length=100, required=False)
    corrected = forms.ChoiceField(choices=[("1", "corrected"), ("0", "not corrected")], required=False)
    verdict = forms.SlugField(max_length=32, required=False)
    field = forms.CharField(max_length=MAX_PATH, required=False)
    value = forms.CharField(max_length=MAX_VALUE, strip=False, required=False)
    least = BoundField(required=False)
    below = BoundField(required=False)
    blank = forms.ChoiceField(choices=[("1", "empty")], required=False)
    sort = forms.CharField(max_length=MAX_PATH, required=False)
    after = forms.CharField(max_length=MAX_PLACE, strip=False, required=False)
    before = forms.CharField(max_length=MAX_PLACE, strip=False, required=False)

    def clean(self) -> None:
        """In row order a place is an index."""
        for name in PLACES:
            text = self.cleaned_data.get(name, "")
            if text and not self.cleaned_data.get("sort"):
                is_index = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_INDEX))
                index = int(text) if is_index else -1
                self.cleaned_data[name] = index if 0 <= index <= LARGEST_INDEX else None


def row_filter(params: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are set; values that are not valid are left out."""
    form = RowFilterForm(params)
    form.is_valid()
    found = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    given = {name: str(params[name]) for name in params if name.startswith(BEGINNINGS) and len(name) <= MAX_PATH}
    by_field = {**given, **_typed(params)}
    fitting = {name: text for name, text in by_field.items() if len(text) <= MAX_VALUE and "\0" not in name + text}
    return {**found, **{name: text for name, text in fitting.items() if text or name.startswith(MAY_BE_EMPTY)}}


def _typed(params: Mapping[str, Any]) -> dict[str, str]:
    """What the menus of columns ask, as filters: their inputs are called `pick.field.topic`, `from.field.score`,
    `to.field.score`, `text.column.Subject` and `blank.field.due`; `not` turns what is picked into the opposite."""
    found: dict[str, str] = {}
    for name in params:
        how, _, key = name.partition(".")
        if len(name) > MAX_PATH or not key.startswith(MAY_BE_EMPTY):
            continue
        if how == "pick":
            found |= _picked(key.removeprefix(PREFIX), values_given(params, name), is_opposite="not" in params)
        elif how in ("from", "to") and key not in found:
            ends = [str(params.get(f"{end}.{key}", "")).strip() for end in ("from", "to")]
            found |= {key: BETWEEN.join(ends)} if any(ends) else {}
        elif how == "text" and params[name]:
            text = str(params[name])
            found |= {key: text} if key.startswith(COLUMN) else {f"{CONTAINS}{key.removeprefix(PREFIX)}": text}
        elif how == "blank":
            found |= {key: ""}
    return found


def values_given(params: Mapping[str, Any], name: str) -> list[str]:
    """All of them, where an address has several of a name."""
    several = getattr(params, "getlist", None)
    return [str(one) for one in several(name)] if several else [str(params[name])]


def _picked(name: str, values: list[str], *, is_opposite: bool) -> dict[str, str]:
    if is_opposite:
        return {f"{NONE}{name}": to_json(values)}
    return {f"{PREFIX}{name}": values[0]} if len(values) == 1 else {f"{ANY}{name}": to_json(values)}


def query_string(filters: Mapping[str, Any], **changes: Any) -> str:
    """The filters with `changes` as a query string, without those that are None or "".

    `field.score=` stays: it asks for rows without a value.
    """
    merged = {**filters, **changes}
    return urlencode(
        {
            name: value
            for name, value in merged.items()
            if value not in (None, "") or (value == "" and name.startswith(MAY_BE_EMPTY))
        }
    )


def without_view(filters: Mapping[str, Any]) -> dict[str, Any]:
    """What chooses rows, without the order and the page of the table."""
    return {name: value for name, value in filters.items() if name not in VIEW}


class RetryForm(forms.Form):
    """All failed rows, or those that failed with one code; `force`: rows that succeeded too."""

    error_code = forms.SlugField(max_length=32, required=False)
    force = forms.BooleanField(required=False)


class PaceForm(forms.Form):
    """How many rows at a time."""

    concurrency = forms.IntegerField(min_value=1, max_value=10_000)


class DuplicateForm(forms.Form):
    only = forms.ChoiceField(choices=[(RowStatus.FAILED, "the failed rows")], required=False)


class ExportForm(forms.Form):
    """The options of a download; one that is not given or not valid has the default of the API."""

    format = forms.ChoiceField(
        choices=[(name, writer.label) for name, writer in EXPORT_FORMATS.items()], required=False
    )
    # The widget of a checkbox takes the text "0" for yes.
    partial = forms.BooleanField(widget=forms.HiddenInput, required=False)
    excel = forms.BooleanField(widget=forms.HiddenInput, required=False)
    plain = forms.BooleanField(widget=forms.HiddenInput, required=False)
    delimiter = forms.CharField(max_length=8, strip=False, required=False)
    nested = forms.ChoiceField(choices=Nested.choices(), required=False)
    explode = forms.CharField(max_length=MAX_VALUE, required=False)
    join = forms.CharField(max_length=MAX_VALUE, strip=False, required=False)
    null = forms.CharField(max_length=MAX_VALUE, required=False)
    columns = forms.CharField(required=False)
    row_indexes = forms.CharField(required=False)
    sort = forms.CharField(max_length=MAX_PATH, required=False)

    def options(self) -> ExportOptions:
        """`InvalidInput` where the delimiter is none."""
        self.is_valid()
        chosen = self.cleaned_data
        wanted = ExportFormat(chosen.get("format") or ExportFormat.CSV)
        return ExportOptions(
            format=wanted,
            run_columns=not chosen.get("plain"),
            partial=chosen.get("partial", False),
            excel=chosen.get("excel", False),
            delimiter=check_delimiter(chosen["delimiter"]) if chosen.get("delimiter") else None,
            filters=without_view(row_filter(self.data)),
            sort=chosen.get("sort", ""),
            row_indexes=chosen.get("row_indexes", ""),
            columns=chosen.get("columns", ""),
            null=chosen.get("null") or None,
            join=chosen.get("join") or None,
            nested=Nested(chosen.get("nested") or Nested.JSON) if EXPORT_FORMATS[wanted].is_table else Nested.JSON,
            explode=chosen.get("explode", ""),
        )

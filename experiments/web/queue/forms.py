"""The query strings and forms of the pages of a queue."""

from collections.abc import Mapping
from typing import Any

from django import forms

from experiments.core.choices import ExportFormat, Nested, RowStatus
from experiments.core.datetimes import DATE_OR_TIME
from experiments.export.formats import EXPORT_FORMATS
from experiments.ingest.dialect import check_delimiter
from experiments.selectors.field_filter import PREFIX
from experiments.selectors.items import LARGEST_INDEX
from experiments.services.exports import ExportOptions

PLACES = ("after", "before")
"""Where the page of a table begins; they choose no rows."""
MAX_VALUE = 500
"""Characters of a value in an address; no choice is longer."""

MAX_PATH = 600
"""Characters of a field's name with those of the objects that it is in."""


class BoundField(forms.DecimalField):
    """A number or an ISO 8601 date."""

    def clean(self, value: Any) -> Any:
        return value if isinstance(value, str) and DATE_OR_TIME.fullmatch(value) else super().clean(value)


class RowFilterForm(forms.Form):
    """Which rows a table shows. `after` and `before` are row indexes: the page begins behind one, or ends before it.

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
    after = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)
    before = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)


def row_filter(params: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are set; values that are not valid are left out."""
    form = RowFilterForm(params)
    form.is_valid()
    found = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    by_field = {name: str(params[name]) for name in params if name.startswith(PREFIX) and len(name) <= MAX_PATH}
    fitting = {name: text for name, text in by_field.items() if len(text) <= MAX_VALUE and "\0" not in name + text}
    return {**found, **fitting}


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
        filters = {name: value for name, value in row_filter(self.data).items() if name not in PLACES}
        return ExportOptions(
            format=wanted,
            run_columns=not chosen.get("plain"),
            partial=chosen.get("partial", False),
            excel=chosen.get("excel", False),
            delimiter=check_delimiter(chosen["delimiter"]) if chosen.get("delimiter") else None,
            filters=filters,
            sort=chosen.get("sort", ""),
            row_indexes=chosen.get("row_indexes", ""),
            columns=chosen.get("columns", ""),
            null=chosen.get("null") or None,
            join=chosen.get("join") or None,
            nested=Nested(chosen.get("nested") or Nested.JSON) if EXPORT_FORMATS[wanted].is_table else Nested.JSON,
            explode=chosen.get("explode", ""),
        )

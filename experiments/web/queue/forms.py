"""What the pages take from an address or a form."""

from collections.abc import Mapping
from typing import Any

from django import forms

from experiments.core.choices import ExportFormat
from experiments.selectors.items import LARGEST_INDEX
from experiments.services.exports import ExportOptions

LONGEST_VALUE = 500
"""Characters of a value that an address asks for; no choice is longer."""


class RowFilterForm(forms.Form):
    """Which rows a table shows. `after` and `before` are row indexes: the key from which a page goes on or back.

    `field` and what comes with it name a bar of a distribution.
    """

    status = forms.ChoiceField(
        choices=[(name, name) for name in ("queued", "running", "succeeded", "failed")], required=False
    )
    error_code = forms.SlugField(max_length=32, required=False)
    search = forms.CharField(max_length=100, required=False)
    verdict = forms.SlugField(max_length=32, required=False)
    field = forms.CharField(max_length=64, required=False)
    value = forms.CharField(max_length=LONGEST_VALUE, strip=False, required=False)
    least = forms.DecimalField(required=False)
    below = forms.DecimalField(required=False)
    blank = forms.ChoiceField(choices=[("1", "empty")], required=False)
    after = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)
    before = forms.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False)


def row_filter(params: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are set; what cannot be understood is as if it were not there."""
    form = RowFilterForm(params)
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}


class RetryForm(forms.Form):
    """All failed rows, or those that failed with one code; with `force` the rows that succeeded too."""

    error_code = forms.SlugField(max_length=32, required=False)
    force = forms.BooleanField(required=False)


class PaceForm(forms.Form):
    """How many rows at a time."""

    concurrency = forms.IntegerField(min_value=1, max_value=10_000)


class DuplicateForm(forms.Form):
    only = forms.ChoiceField(choices=[("failed", "the failed rows")], required=False)


class ExportForm(forms.Form):
    """The choices of a download; what is not given or not understood is as the API has it by default."""

    format = forms.ChoiceField(choices=[("csv", "CSV"), ("jsonl", "JSONL")], required=False)
    # A checkbox's widget would take the text "0" for yes.
    partial = forms.BooleanField(widget=forms.HiddenInput, required=False)
    excel = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def options(self) -> ExportOptions:
        self.is_valid()
        chosen = self.cleaned_data
        return ExportOptions(
            format=ExportFormat.JSONL if chosen.get("format") == ExportFormat.JSONL else ExportFormat.CSV,
            partial=chosen.get("partial", False),
            excel=chosen.get("excel", False),
        )

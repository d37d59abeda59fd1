"""What the page of an upload takes from its forms."""

from django import forms

from csv_batches.wizard.upload.page import DELIMITERS, OTHER
from experiments.ingest import ReadOptions
from experiments.web.base_form import BaseForm


class ReadForm(forms.Form):
    """How a file is to be read; what is not given is found out."""

    encoding = forms.CharField(max_length=40, required=False)
    delimiter = forms.ChoiceField(choices=[(value, value) for value in ("", *DELIMITERS, OTHER)], required=False)
    own_delimiter = forms.CharField(max_length=20, required=False, strip=False)
    header = forms.ChoiceField(choices=[("1", "1"), ("0", "0")], required=False)
    ragged = forms.ChoiceField(choices=[("reject", "reject"), ("pad", "pad")], required=False)

    def options(self) -> ReadOptions:
        """What cannot be understood is as if it had not been given."""
        self.is_valid()
        given = self.cleaned_data
        delimiter = given.get("delimiter") or None
        return ReadOptions(
            encoding=given.get("encoding") or None,
            delimiter=given.get("own_delimiter") or None if delimiter == OTHER else delimiter,
            header=given.get("header") != "0",
            ragged="pad" if given.get("ragged") == "pad" else "reject",
        )


class NamesForm(BaseForm):
    """Names that are shown, and change nothing else."""

    name = forms.CharField(max_length=200, label="Batch")
    dataset_name = forms.CharField(max_length=255, label="Data set", required=False)

"""What the upload step reads from its forms: how to read the file, and the names."""

from django import forms

from experiments.ingest import ReadOptions
from experiments.web.base_form import BaseForm

DELIMITERS = {",": "comma  ,", ";": "semicolon  ;", "tab": "tab", "|": "pipe  |"}
OTHER = "other"


class ReadForm(forms.Form):
    """How a file is to be read; what is left empty is detected."""

    encoding = forms.CharField(max_length=40, required=False)
    delimiter = forms.ChoiceField(choices=[(value, value) for value in ("", *DELIMITERS, OTHER)], required=False)
    own_delimiter = forms.CharField(max_length=20, required=False, strip=False)
    header = forms.ChoiceField(choices=[("1", "1"), ("0", "0")], required=False)
    ragged = forms.ChoiceField(choices=[("reject", "reject"), ("pad", "pad")], required=False)

    def options(self) -> ReadOptions:
        """The options; a value that is not valid counts as not given."""
        self.is_valid()
        given = self.cleaned_data
        delimiter = given.get("delimiter") or None
        return ReadOptions(
            encoding=given.get("encoding") or None,
            delimiter=given.get("own_delimiter") or None if delimiter == OTHER else delimiter,
            header=0 if given.get("header") == "0" else None,
            ragged="pad" if given.get("ragged") == "pad" else "reject",
        )


def form_values(options: ReadOptions) -> dict[str, str]:
    """The options as values of `ReadForm`."""
    delimiter, own_delimiter = "tab" if options.delimiter == "\t" else options.delimiter or "", ""
    if delimiter and delimiter not in DELIMITERS:
        delimiter, own_delimiter = OTHER, delimiter
    return {
        "encoding": options.encoding or "",
        "delimiter": delimiter,
        "own_delimiter": own_delimiter,
        "header": "0" if options.header == 0 else "1",
        "ragged": options.ragged,
    }


class NamesForm(BaseForm):
    """Names for people; they change nothing else."""

    name = forms.CharField(max_length=200, label="Batch")
    dataset_name = forms.CharField(max_length=255, label="Data set", required=False)

"""The names that the upload step reads."""

from django import forms

from experiments.web.base_form import BaseForm


class NamesForm(BaseForm):
    """Names for people; they change nothing else."""

    name = forms.CharField(max_length=200, label="Batch")
    dataset_name = forms.CharField(max_length=255, label="Data set", required=False)

"""How answers are read that are not quite as they were asked for, as form fields for the set-up of any queue."""

from django import forms

from experiments.web.base_form import BaseForm

SWITCHES = ("tolerant", "repair")


class AnswersForm(BaseForm):
    tolerant = forms.BooleanField(
        label="Tolerant",
        required=False,
        help_text="accepts “BILLING” for Billing and “7” for 7, and records each change",
    )
    repair = forms.BooleanField(
        label="Repair",
        required=False,
        help_text="asks the model once more if an answer doesn’t match the schema; only for agents of this site",
    )

    def switches(self) -> list[forms.BoundField]:
        return [self[name] for name in SWITCHES]

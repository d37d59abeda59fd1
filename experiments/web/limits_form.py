"""The hard limits of a queue as form fields, for its set-up and for its page."""

from typing import Any

from django import forms

from experiments.core.cost import COST_PLACES, LARGEST_MAX_COST, SMALLEST_MAX_COST
from experiments.web.base_form import BaseForm

MAX_INTEGER = 2**31 - 1
MAX_TOKENS = 10**15


def limit_field(label: str, most: int = MAX_INTEGER) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=False)


class LimitsForm(BaseForm):
    """An empty field: no limit. `items` is the kind's noun for its items."""

    max_failures = limit_field("Failed rows")
    max_calls = limit_field("Calls")
    max_tokens = limit_field("Tokens", MAX_TOKENS)
    max_minutes = limit_field("Minutes")
    max_cost = forms.DecimalField(
        label="Cost",
        min_value=SMALLEST_MAX_COST,
        max_value=LARGEST_MAX_COST,
        decimal_places=COST_PLACES,
        required=False,
    )

    def __init__(self, *args: Any, items: str = "rows", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["max_failures"].label = f"Failed {items}"

"""The hard limits of a queue as fields: the same where it is set up and beside one that runs."""

from typing import Any

from django import forms

from experiments.web.base_form import BaseForm

LARGEST = 2**31 - 1
LARGEST_TOKENS = 10**15


def _limit(label: str, most: int = LARGEST) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=False)


class LimitsForm(BaseForm):
    """An empty field: no limit. `items` is what the kind calls them."""

    max_failures = _limit("Failed rows")
    max_calls = _limit("Calls")
    max_tokens = _limit("Tokens", LARGEST_TOKENS)
    max_minutes = _limit("Minutes")

    def __init__(self, *args: Any, items: str = "rows", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["max_failures"].label = f"Failed {items}"

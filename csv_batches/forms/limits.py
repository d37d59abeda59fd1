"""The hard limits of a batch as fields: the same in the wizard and beside a batch that runs."""

from django import forms

LARGEST = 2**31 - 1
LARGEST_TOKENS = 10**15


def _limit(label: str, most: int = LARGEST) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=False)


class LimitsForm(forms.Form):
    """An empty field: no limit."""

    max_failures = _limit("Failed rows")
    max_calls = _limit("Calls")
    max_tokens = _limit("Tokens", LARGEST_TOKENS)
    max_minutes = _limit("Minutes of running")

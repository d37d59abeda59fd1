"""What the last step takes: where and how the batch runs, and which rows."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from csv_batches.models import CsvBatch
from csv_batches.services.launch import Order
from csv_batches.services.trials import MOST_ROWS
from experiments.core import limits as queue_limits
from experiments.models import Network
from experiments.selectors.items import LARGEST_INDEX
from experiments.web.base_form import BaseForm
from experiments.web.limits_form import LimitsForm

MODES = (
    ("update", "Write it to the network"),
    ("keep", "Leave the network as it is, and use its schema"),
)


class SettingsForm(LimitsForm):
    """The settings of the review step. `was`: what the page showed, so that a save carries only what was changed."""

    network = forms.TypedChoiceField(label="Network", coerce=int, empty_value=None, required=False)
    agent_key = forms.CharField(label="Agent", max_length=100, required=False)
    schema_mode = forms.ChoiceField(label="Response schema", choices=MODES, widget=forms.RadioSelect)
    concurrency = forms.IntegerField(label="Rows at a time", min_value=1, max_value=10_000)
    max_attempts = forms.IntegerField(label="Attempts a row", min_value=1, max_value=100)
    debug = forms.BooleanField(label="Debug", required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, batch: CsvBatch, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=saved(batch))
        for name in ("concurrency", "max_attempts"):
            self.fields[name].widget.attrs["aria-describedby"] = f"help-{name} error-{name}"
        for name in queue_limits.LIMIT_NAMES:
            self.fields[name].widget.attrs["aria-describedby"] = f"help-limits error-{name}"
        none_yet = [] if batch.network_id else [("", "Choose a network")]
        names = list(Network.objects.values_list("pk", "name"))
        self.fields["network"].choices = [*none_yet, *names]  # type: ignore[attr-defined]
        agents = agents_of(batch.network)
        if agents or not batch.network:
            self.fields["agent_key"] = forms.ChoiceField(label="Agent", choices=_agents(agents, batch), required=False)

    def limits(self) -> list[forms.BoundField]:
        return [self[name] for name in queue_limits.LIMIT_NAMES]

    def changes(self) -> dict[str, Any]:
        """What was changed and can be saved; an agent of another network is forgotten with it."""
        self.is_valid()
        before = _was(self.cleaned_data.get("was", ""))
        changed = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "was" and (name not in before or before[name] != value)
        }
        if changed.get("network", 0) is None:
            del changed["network"]
        if "network" in changed and "network" in before:
            changed["agent_key"] = ""
        return changed


def saved(batch: CsvBatch) -> dict[str, Any]:
    return {
        "network": batch.network_id,
        "agent_key": batch.agent_key,
        "schema_mode": batch.schema_mode,
        "concurrency": batch.concurrency,
        "max_attempts": batch.max_attempts,
        "debug": batch.debug,
        **{name: getattr(batch, name) for name in queue_limits.LIMIT_NAMES},
    }


def was(batch: CsvBatch) -> str:
    return json.dumps(saved(batch))


def _was(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def agents_of(network: Network | None) -> list[tuple[str, str]]:
    if network is None:
        return []
    return [(agent.key, f"{agent}{' (the default)' if agent.is_default else ''}") for agent in network.agents.all()]


def _agents(agents: list[tuple[str, str]], batch: CsvBatch) -> list[tuple[str, str]]:
    gone = [] if not batch.agent_key or batch.agent_key in dict(agents) else [(batch.agent_key, batch.agent_key)]
    return [("", "The network's default"), *agents, *gone]


class TryForm(BaseForm):
    try_rows = forms.IntegerField(label="Rows", min_value=1, max_value=MOST_ROWS, initial=3)
    try_start = forms.IntegerField(label="from row", min_value=0, max_value=LARGEST_INDEX, initial=0)


class StartForm(BaseForm):
    """Which rows; `range_to` is the last one, included. `seen` and `confirm` are about the network's schema."""

    which = forms.ChoiceField(
        label="Rows to run",
        choices=[("all", "All rows"), ("first", "The first rows"), ("range", "A range")],
        widget=forms.RadioSelect,
        initial="all",
    )
    first = forms.IntegerField(label="How many", min_value=1, max_value=LARGEST_INDEX, required=False)
    range_from = forms.IntegerField(label="From row", min_value=0, max_value=LARGEST_INDEX, required=False)
    range_to = forms.IntegerField(label="to row", min_value=0, max_value=LARGEST_INDEX, required=False)
    confirm = forms.BooleanField(required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("which") == "first" and given.get("first") is None and "first" not in self.errors:
            self.add_error("first", "Say how many rows.")
        start, end = given.get("range_from"), given.get("range_to")
        if given.get("which") == "range":
            if start is None and end is None and not self.errors:
                self.add_error("range_from", "Say from which row, to which row, or both.")
            if start is not None and end is not None and end < start:
                self.add_error("range_to", "The range ends before it begins.")
        return given

    def order(self) -> Order:
        given = self.cleaned_data
        start = end = None
        if given["which"] == "first":
            start, end = 0, given["first"]
        elif given["which"] == "range":
            start = given["range_from"]
            end = None if given["range_to"] is None else given["range_to"] + 1
        return Order(confirmed=given["confirm"], seen=given["seen"], range_from=start, range_to=end)

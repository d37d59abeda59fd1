"""What the review step reads: the settings of the batch, which rows to try, and which to run."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from csv_batches.models import CsvBatch
from csv_batches.rules.choices import SchemaMode
from csv_batches.services.launch import Order
from csv_batches.services.trials import MOST_ROWS
from experiments.core import json_text
from experiments.core import limits as queue_limits
from experiments.core.choices import Reuse
from experiments.core.cost import plain
from experiments.core.formatting import counted
from experiments.models import Network
from experiments.selectors.items import LARGEST_INDEX
from experiments.web.answers_form import SWITCHES, AnswersForm
from experiments.web.base_form import BaseForm
from experiments.web.limits_form import LimitsForm

SCHEMA_MODES = (
    (SchemaMode.BATCH.value, "Use this schema for this batch"),
    (SchemaMode.UPDATE.value, "Use it, and also save it to the network"),
    (SchemaMode.KEEP.value, "Use the network’s schema instead"),
)


REUSES = (
    (Reuse.NONE.value, "Call each"),
    (Reuse.BATCH.value, "Call once for all"),
    (Reuse.NETWORK.value, "Call once, or use earlier batches"),
)


class SettingsForm(LimitsForm, AnswersForm):
    """The settings of a draft. `was` holds what the page showed, so that only what was changed on it is saved."""

    network = forms.TypedChoiceField(label="Network", coerce=int, empty_value=None, required=False)
    agent_key = forms.CharField(label="Agent", max_length=100, required=False)
    skip_empty = forms.BooleanField(required=False)
    schema_mode = forms.ChoiceField(label="Response schema", choices=SCHEMA_MODES, widget=forms.RadioSelect)
    concurrency = forms.IntegerField(label="Concurrency", min_value=1, max_value=10_000)
    max_attempts = forms.IntegerField(label="Max attempts per row", min_value=1, max_value=100)
    reuse = forms.ChoiceField(label="Identical rows", choices=REUSES)
    debug = forms.BooleanField(label="Record prompts and raw answers", required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, batch: CsvBatch, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=stored_settings(batch))
        for name in ("concurrency", "max_attempts", "reuse"):
            self.fields[name].widget.attrs["aria-describedby"] = f"help-{name} error-{name}"
        for name in ("debug", *SWITCHES):
            self.fields[name].widget.attrs["aria-describedby"] = f"help-{name}"
        for name in queue_limits.LIMIT_NAMES:
            self.fields[name].widget.attrs["aria-describedby"] = f"help-limits error-{name}"
        placeholder = [] if batch.network_id else [("", "Choose a network")]
        networks = list(Network.objects.values_list("pk", "name"))
        self.fields["network"].choices = [*placeholder, *networks]  # type: ignore[attr-defined]
        agents = agent_choices(batch)
        if agents:
            self.fields["agent_key"] = forms.ChoiceField(label="Agent", choices=agents, required=False)

    @property
    def is_only_network(self) -> bool:
        """Whether there is no other to choose."""
        return len(self.fields["network"].choices) == 1  # type: ignore[attr-defined]

    @property
    def has_limits(self) -> bool:
        return any(field.value() not in (None, "") or field.errors for field in self.limits())

    @property
    def limits_say(self) -> str:
        given = sum(field.value() not in (None, "") for field in self.limits())
        return counted(given, "limit") if given else "none, the batch runs to the end"

    @property
    def has_more_errors(self) -> bool:
        return any(self[name].errors for name in ("max_attempts", "reuse", "debug", *SWITCHES))

    @property
    def more_says(self) -> str:
        debug = "on" if self["debug"].value() else "off"
        return f"{self['max_attempts'].value()} attempts per row, recording {debug}"

    def limits(self) -> list[forms.BoundField]:
        return [self[name] for name in queue_limits.LIMIT_NAMES]

    def changes(self) -> dict[str, Any]:
        """The settings that were changed and are valid. Another network also resets the agent."""
        self.is_valid()
        shown = parse_settings(self.cleaned_data.get("was", ""))
        changed = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "was" and (name not in shown or shown[name] != _as_shown(value))
        }
        if changed.get("network", 0) is None:
            del changed["network"]
        if "network" in changed and "network" in shown:
            changed["agent_key"] = ""
        return changed


def stored_settings(batch: CsvBatch) -> dict[str, Any]:
    return {
        "network": batch.network_id,
        "agent_key": batch.agent_key,
        "skip_empty": batch.skip_empty,
        "schema_mode": batch.schema_mode,
        "concurrency": batch.concurrency,
        "max_attempts": batch.max_attempts,
        "reuse": batch.reuse,
        "debug": batch.debug,
        **{name: getattr(batch, name) for name in SWITCHES},
        **{name: _as_shown(getattr(batch, name)) for name in queue_limits.LIMIT_NAMES},
    }


def _as_shown(value: Any) -> Any:
    """An amount as a text, without the zeros that the database adds; all else as it is."""
    return plain(value) if isinstance(value, Decimal) else value


def settings_as_json(batch: CsvBatch) -> str:
    return json.dumps(stored_settings(batch))


def parse_settings(text: str) -> dict[str, Any]:
    """Settings as `settings_as_json` wrote them; {} for anything else."""
    try:
        settings = json_text.parse_finite(text)
    except (ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}


def agent_choices(batch: CsvBatch) -> list[tuple[str, str]]:
    """The agents of the batch's network, and the chosen one even if it is gone; [] where they are not known."""
    agents = list(batch.network.agents.all()) if batch.network else []
    if batch.network and not agents:
        return []
    choices = {agent.key: f"{agent}{' (the default)' if agent.is_default else ''}" for agent in agents}
    if batch.agent_key:
        choices.setdefault(batch.agent_key, batch.agent_key)
    return [("", "The network's default"), *choices.items()]


class TryForm(BaseForm):
    try_rows = forms.IntegerField(label="Rows", min_value=1, max_value=MOST_ROWS, initial=3)
    try_start = forms.IntegerField(label="from row", min_value=0, max_value=LARGEST_INDEX, initial=0)


class StartForm(BaseForm):
    """Which rows to run; `range_to` is the last one, included.

    `seen` is the hash of the network's schema that the page showed, `confirm` the consent to replace it.
    """

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

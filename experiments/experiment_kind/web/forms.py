"""The forms of the pages of experiments."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from experiments.core.errors import InvalidInput, Problems, WorkbenchError
from experiments.core.json_numbers import to_json
from experiments.core.json_text import BadPayload, parse, strict
from experiments.experiment_kind import datasets
from experiments.experiment_kind.choices import SchemaMode
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import RULES
from experiments.experiment_kind.web import labels
from experiments.ingest import INGEST_FORMATS, ReadOptions, file_dialog_types, format_labels
from experiments.models import Network
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.leaves import leaves_of_fields
from experiments.response_schema.schema_import import schema_to_fields
from experiments.web.answers_form import SWITCHES, AnswersForm
from experiments.web.base_form import BaseForm
from experiments.web.read_form import ReadForm, options_of_form, read_form, values_of_offer


class FileForm(BaseForm):
    """A data set, with the controls of how to read it; what is not chosen is found out."""

    file = forms.FileField(
        label=f"{format_labels()} file",
        widget=forms.FileInput({"accept": file_dialog_types(), "aria-describedby": "upload-problem upload-limit"}),
        error_messages={"required": "Choose a file first."},
    )

    def options(self) -> ReadOptions:
        """Those that the pressed button offers, or else those chosen. `InvalidInput` names the one that cannot be."""
        offered = self.data.get("offer")
        return options_of_form(QueryDict(offered) if offered else self.data)

    @property
    def read(self) -> ReadForm:
        """With what was chosen, as far as that can be."""
        chosen = ReadOptions()
        with suppress(InvalidInput):
            chosen = self.options()
        return read_form(INGEST_FORMATS[0], chosen, {})


@dataclass(frozen=True)
class OfferButton:
    """`value`: the options, as `FileForm` reads them."""

    label: str
    value: str


def offer_buttons(error: WorkbenchError) -> list[OfferButton]:
    """What would read a refused file."""
    return [
        OfferButton(offer["label"], urlencode(values_of_offer(offer["options"])))
        for offer in error.extra.get("offers", [])
    ]


class ItemForm(BaseForm):
    """One item by hand."""

    user_message = forms.CharField(
        label="Message",
        widget=forms.Textarea(attrs={"rows": 3}),
        strip=False,
        error_messages={"required": "Write the message of the item."},
    )
    expected = forms.CharField(label="Expected answer", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    label = forms.CharField(label="Label", max_length=500, required=False)
    iterations = forms.IntegerField(
        label="How often it runs", min_value=1, max_value=datasets.MAX_ITERATIONS, initial=1
    )
    system_params = forms.CharField(
        label="System params, as a JSON object",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        required=False,
    )

    def clean_system_params(self) -> dict[str, Any]:
        return json_object(self.cleaned_data["system_params"], "the system params") or {}


class ScoringForm(BaseForm):
    """The rule and what it looks at."""

    rule = forms.ChoiceField(
        label="An answer is right when",
        choices=[(rule, f"{traits.label}: {traits.sentence}") for rule, traits in RULES.items()],
    )
    field = forms.CharField(
        label="Field of the answer",
        required=False,
        max_length=500,
        help_text="Through a list, the field of each object. An answer with one value counts as that value.",
    )
    absolute = forms.FloatField(
        label="Absolute tolerance",
        min_value=0,
        required=False,
        help_text="For numbers: 0.5 accepts 9.5 to 10.5 where 10 is expected.",
    )
    relative = forms.FloatField(
        label="Relative tolerance",
        min_value=0,
        required=False,
        help_text="As a share of the expected number: 0.01 is one percent. The larger of the two counts.",
    )

    def __init__(self, experiment: Experiment, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, initial={**_saved_scoring(experiment), **more.pop("initial", {})}, **more)
        known = scorable_fields(experiment)
        if known:
            # Chosen from a list; a field that the schema lost stays there as long as it is scored.
            kept = [self.initial.get("field") or "", self.data.get("field") or ""]
            names = dict.fromkeys([*known, *(name for name in kept if name)])
            self.fields["field"].widget = forms.Select(choices=[("", "Whole answer"), *((one, one) for one in names)])
        else:
            self.fields["field"].widget.attrs["placeholder"] = "Whole answer"

    def scoring(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given.get(name) for name in ("rule", "field", "absolute", "relative")}


class SettingsForm(ScoringForm, AnswersForm):
    """All settings of a draft."""

    name = forms.CharField(label="Name", max_length=200)
    network = forms.TypedChoiceField(label="Network", coerce=int, empty_value=None, required=False)
    agent_key = forms.CharField(label="Agent", max_length=100, required=False)
    concurrency = forms.IntegerField(label="Concurrency", min_value=1, max_value=10_000)
    max_attempts = forms.IntegerField(label="Max attempts per row", min_value=1, max_value=100)
    debug = forms.BooleanField(label="Debug", required=False)
    schema_mode = forms.ChoiceField(
        label="Answers are checked against", choices=tuple(labels.SCHEMA_MODES.items()), widget=forms.RadioSelect
    )
    schema_json = forms.CharField(
        label="JSON Schema", widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}), required=False
    )

    def __init__(self, experiment: Experiment, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(experiment, data, initial=_saved_settings(experiment))
        none_yet = [] if experiment.network_id else [("", "Choose a network")]
        networks = Network.objects.values_list("pk", "name")
        self.fields["network"].choices = [*none_yet, *networks]  # type: ignore[attr-defined]
        self.fields["agent_key"].widget.attrs["placeholder"] = "the network's default"
        self.fields["agent_key"].widget.attrs["list"] = "agents"

    @property
    def more_says(self) -> str:
        """Beside the title of the settings that are folded."""
        debug = "on" if self["debug"].value() else "off"
        return f"{self['max_attempts'].value()} attempts per row, debug {debug}"

    def clean_schema_json(self) -> dict[str, Any] | None:
        return json_object(self.cleaned_data["schema_json"], "the schema")

    def values(self) -> dict[str, Any]:
        """As `drafts.update` takes them."""
        given = self.cleaned_data
        names = ("name", "agent_key", "concurrency", "max_attempts", "debug", *SWITCHES, "schema_mode", "schema_json")
        network = {"network": given["network"]} if given["network"] is not None else {}
        return {**{name: given[name] for name in names}, **network, "scoring": self.scoring()}


def _saved_scoring(experiment: Experiment) -> dict[str, Any]:
    """For the form: a tolerance of 0 is an empty field."""
    found = experiment.scoring
    return {**found, "absolute": found.get("absolute") or None, "relative": found.get("relative") or None}


def scorable_fields(experiment: Experiment) -> list[str]:
    """The paths that the scoring can look at, so far as they are known: before the start those of the network's schema.

    Through a list a path leads to that field of each of its objects.
    """
    fields: Sequence[Mapping[str, Any]] = experiment.response_fields
    if not fields and experiment.schema_mode == SchemaMode.NETWORK and experiment.network is not None:
        schema = experiment.network.additional_data.get("respond_payload_schema")
        with suppress(InvalidInput):
            found = schema_to_fields(schema, is_kept=True).fields if schema else ()
            fields = [field_to_json(field) for field in found]
    inside = (leaf.name for leaf in leaves_of_fields(fields))
    return list(dict.fromkeys([*(field["name"] for field in fields), *inside]))


def _saved_settings(experiment: Experiment) -> dict[str, Any]:
    names = ("name", "agent_key", "concurrency", "max_attempts", "debug", *SWITCHES, "schema_mode")
    schema = experiment.schema_json
    return {
        **{name: getattr(experiment, name) for name in names},
        "network": experiment.network_id,
        "schema_json": to_json(schema, indent=2) if schema else "",
    }


def json_object(text: str, what: str) -> dict[str, Any] | None:
    """None for an empty text. Strict: of two equal keys neither may be lost silently."""
    if not text.strip():
        return None
    try:
        value = strict(parse(text), what)
    except (ValueError, RecursionError, BadPayload) as error:
        raise forms.ValidationError(f"This is not JSON that can be kept: {error}.") from error
    if not isinstance(value, dict):
        raise forms.ValidationError("Give a JSON object: it begins with { and ends with }.")
    return value


def agents_of(network: Network | None) -> list[str]:
    """Keys of the agents that this site knows of the network."""
    return list(network.agents.values_list("key", flat=True)) if network else []


class CompareForm(forms.Form):
    """The two experiments; with `change` only items that changed in this way are shown."""

    a = forms.UUIDField(required=False)
    b = forms.UUIDField(required=False)
    change = forms.ChoiceField(choices=[(str(change), text) for change, text in labels.CHANGES.items()], required=False)
    page = forms.IntegerField(min_value=1, max_value=10**6, required=False)


def add_errors(form: forms.Form, error: WorkbenchError) -> None:
    """A service's refusal, beside the fields that it is about."""
    for one in error.errors if isinstance(error, Problems) else [error]:
        # The form has a field for each key of a scoring.
        names = (one.attr, one.part.key if one.part else None)
        form.add_error(next((name for name in names if name in form.fields), None), one.detail)

"""The steps in which an experiment is set up, and what surrounds each of them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from experiments.core.errors import WorkbenchError
from experiments.core.formatting import count, counted
from experiments.core.steps import Step, Steps, StepState
from experiments.experiment_kind.datasets import DatasetLayout
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.services import launch
from experiments.kinds import kind_named
from experiments.web.decorators import PageRequest, wants_fragment

UPLOAD = Step("file", "Upload", "Choose the data set.", ("items", "file"))
MAP = Step("map", "Map columns", "Say what each column is for.", ("columns",))
PROMPT = Step("prompt", "Define prompt", "Write the message that each item becomes.", ("prompt_template",))
FIELDS = Step("fields", "Response schema", "Say what an answer consists of.", ("schema_json", "response_fields"))
REVIEW = Step("review", "Review", "Choose the network and the scoring, and start.")
RUN = Step("run", "Run", "Starts the experiment and opens its rows.")
ALL = Steps((UPLOAD, MAP, PROMPT, FIELDS, REVIEW, RUN), REVIEW)

TEMPLATES = {
    "frame": "experiments/experiment_kind/wizard.html",
    "acts_template": "experiments/experiment_kind/wizard_acts.html",
}


def address(experiment: Experiment, step: Step) -> str:
    name = "set_up" if step is REVIEW else f"set_up_{step.key}"
    return reverse(f"experiment_kind:{name}", args=[experiment.pk])


def redirect_by_button(
    request: PageRequest, experiment: Experiment, step: Step, query: str = ""
) -> HttpResponseRedirect:
    """To where the pressed button leads: `go` is next, back or stay. `query` is kept only when the step stays."""
    offset = {"next": 1, "back": -1}.get(request.POST.get("go", ""), 0)
    leads = address(experiment, ALL.neighbour(step, offset) or step)
    return HttpResponseRedirect(f"{leads}?{query}" if query and not offset else leads)


@dataclass(frozen=True)
class Wizard:
    """What surrounds a step: the stepper, the steps beside it, and what keeps the experiment from starting."""

    name: str
    step: Step
    stepper: list[StepState]
    missing: list[WorkbenchError]

    @classmethod
    def at_step(cls, experiment: Experiment | None, step: Step) -> "Wizard":
        if experiment is None:
            addresses = [reverse("experiment_kind:new"), *("" for _ in ALL.all[1:])]
            return cls("New experiment", step, ALL.states(step, [], [""] * len(ALL.all), addresses), [])
        missing = launch.missing(experiment)
        lacks = [(error.attr, error.detail) for error in missing]
        addresses = [address(experiment, one) if one is not RUN else "" for one in ALL.all]
        return cls(experiment.name, step, ALL.states(step, lacks, _summaries(experiment), addresses), missing)

    @property
    def next(self) -> Step | None:
        return ALL.neighbour(self.step, 1)

    @property
    def missing_here(self) -> str:
        """The first of what is missing and is added in this step."""
        return next((error.detail for error in self.missing if ALL.of(error.attr) is self.step), "")


def _summaries(experiment: Experiment) -> list[str]:
    """What has been set up in each step; "" where the step is still open."""
    layout = DatasetLayout.from_json(experiment.columns)
    used = sum(column.traits.is_sent for column in layout.columns)
    return [
        counted(experiment.dataset_size, "item") if experiment.total else "",
        f"{count(used)} of {counted(len(layout.columns), 'column')} sent" if used else "",
        "written" if experiment.prompt_template.strip() else "the columns alone" if used else "",
        counted(len(experiment.response_fields), "field") if experiment.response_fields else "",
        experiment.network.name if experiment.network else "",
        "",
    ]


def render_step(
    request: PageRequest,
    experiment: Experiment | None,
    step: Step,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The whole step; of those that are the host's, for htmx only what changes on it."""
    foot = {"says": "", "says_id": "", "unsaved": False}
    return render(request, template, {**foot, **context, **frame_of(experiment, step)}, status=status)


def frame_of(experiment: Experiment | None, step: Step) -> dict[str, Any]:
    """For the template of a step."""
    kind = kind_named(KIND)
    here = address(experiment, step) if experiment else reverse("experiment_kind:new")
    wizard = Wizard.at_step(experiment, step)
    return {**TEMPLATES, "wizard": wizard, "queue": experiment, "kind": kind, "nouns": kind.nouns, "here": here}


def shared_template(request: PageRequest, step: Step) -> str:
    return f"experiments/wizard/{step.key}/{'updates' if wants_fragment(request) else 'page'}.html"

"""What the steps share: fetch the draft, render the step with its stepper, and lead to the next one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.selectors import batches
from csv_batches.services import launch
from experiments.core.choices import QueueStatus, Role
from experiments.core.formatting import count, counted
from experiments.core.steps import Step, StepState
from experiments.kinds import kind_named, kind_of
from experiments.selectors import access
from experiments.web.decorators import PageRequest, signed_in, wants_fragment

SHARED = (steps.MAP, steps.PROMPT)
"""Steps whose pages are the host's: other kinds have them too."""
TEMPLATES = {
    "frame": "csv_batches/wizard/base.html",
    "acts_template": "csv_batches/wizard/acts.html",
    "trial_template": "csv_batches/wizard/trial.html",
    "try_template": "csv_batches/wizard/try.html",
}
StepView = Callable[[PageRequest, CsvBatch], HttpResponseBase]


def batch_or_404(request: PageRequest, batch_id: UUID, least: Role | None = None) -> CsvBatch:
    """Batches of others do not exist, unless they are shared; `least`: the role that the request needs."""
    seen = batches.batches_of(request.user)
    found: CsvBatch = access.found_in(seen, batch_id, least or access.role_needed(request.method))
    return found


def draft_view(view: StepView) -> Callable[..., HttpResponseBase]:
    """For who edits a draft. One that was started is shown on its queue page, and so is one that is only seen."""

    @signed_in
    @wraps(view)
    def with_draft(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
        batch = batch_or_404(request, batch_id)
        if batch.status != QueueStatus.DRAFT or not batch.may_edit:
            return HttpResponseRedirect(queue_address(batch))
        return view(request, batch)

    return with_draft


def queue_address(batch: CsvBatch) -> str:
    return kind_of(batch).address(batch.pk)


def step_address(batch: CsvBatch, step: Step) -> str:
    return reverse(f"csv_batches:{step.key}", args=[batch.pk])


def step_of_request(request: PageRequest) -> Step:
    """The step on which a button was pressed that all of them have."""
    key = request.POST.get("step") or request.GET.get("step")
    return next((step for step in steps.STEPS[:-1] if step.key == key), steps.MAP)


def redirect_by_button(request: PageRequest, batch: CsvBatch, step: Step, query: str = "") -> HttpResponseRedirect:
    """To where the pressed button leads: `go` is next, back or stay. `query` is kept only when the step stays."""
    offset = {"next": 1, "back": -1}.get(request.POST.get("go", ""), 0)
    address = step_address(batch, steps.neighbour(step, offset) or step)
    return HttpResponseRedirect(f"{address}?{query}" if query and not offset else address)


@dataclass(frozen=True)
class Wizard:
    """What surrounds a step: the stepper, the step after it, and whether there is a change to undo."""

    batch: CsvBatch | None
    step: Step
    stepper: list[StepState]
    next: Step | None
    missing_here: str = ""
    """What keeps the batch from starting and is fixed in this step; the first of several."""

    @classmethod
    def at_step(cls, batch: CsvBatch | None, step: Step) -> "Wizard":
        missing = [(error.attr, error.detail) for error in launch.missing(batch)] if batch else []
        done = step_summaries(batch) if batch else [""] * len(steps.STEPS)
        here = next((sentence for attr, sentence in missing if steps.step_of(attr) is step), "")
        stepper = steps.ALL.states(step, missing, done, _addresses(batch))
        return cls(batch, step, stepper, steps.neighbour(step, 1), here)

    @property
    def name(self) -> str:
        return self.batch.name if self.batch else "New batch"

    @property
    def can_undo(self) -> bool:
        return bool(self.batch and self.batch.draft_history)


def _addresses(batch: CsvBatch | None) -> list[str]:
    """Of the steps; "" for those that can't be opened: without a draft all but the first, and the start itself."""
    if batch is None:
        return [reverse("csv_batches:new"), *("" for _ in steps.STEPS[1:])]
    # A change of a batch keeps its file.
    closed = (steps.UPLOAD, steps.RUN) if batch.revises_id else (steps.RUN,)
    return ["" if step in closed else step_address(batch, step) for step in steps.STEPS]


def step_summaries(batch: CsvBatch) -> list[str]:
    """What has been set up in each step; "" where the step is still open."""
    used = sum(mode_of_column(column).is_sent for column in batch.columns)
    rows = f"{counted(batch.total, 'row')}, {counted(len(batch.columns), 'column')}" if batch.total else ""
    return [
        rows,
        f"{count(used)} of {count(len(batch.columns))} columns used" if used else "",
        "written" if batch.prompt_template.strip() else "the columns alone" if used else "",
        counted(len(batch.response_fields), "field") if batch.response_fields else "",
        batch.network.name if batch.network else "",
        "",
    ]


def render_step(
    request: PageRequest, batch: CsvBatch | None, step: Step, context: dict[str, Any], page: str = "page"
) -> HttpResponse:
    """The whole step, `wizard/<step>/<page>.html`; for htmx only what changes on it, `wizard/<step>/updates.html`."""
    template = "updates" if wants_fragment(request) and page == "page" else page
    folder = "experiments" if step in SHARED else "csv_batches"
    frame: dict[str, Any] = {
        "wizard": Wizard.at_step(batch, step),
        "batch": batch,
        "queue": batch,
        "kind": kind_named(KIND),
        **TEMPLATES,
    }
    if batch is not None:
        frame["here"] = step_address(batch, step)
    context = {"says": "", "says_id": "", "unsaved": False, **context, **frame}
    return render(request, f"{folder}/wizard/{step.key}/{template}.html", context)

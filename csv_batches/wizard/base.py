"""What the steps have in common: fetch the draft, show the stepper, save and go on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from csv_batches.models import KIND, CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.steps import Step, StepState
from csv_batches.services import draft_history, launch
from csv_batches.wizard.lookup import batch_or_404, queue_address
from experiments.core.choices import QueueStatus
from experiments.core.formatting import count, counted
from experiments.kinds import kind_named, kind_of
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment

StepView = Callable[[PageRequest, CsvBatch], HttpResponseBase]


def of_draft(view: StepView) -> Callable[..., HttpResponseBase]:
    """For the signed-in owner of a draft; what was started already is shown in its queue."""

    @signed_in
    @wraps(view)
    def fetched(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
        batch = batch_or_404(request.user, batch_id)
        if batch.status != QueueStatus.DRAFT:
            return HttpResponseRedirect(queue_address(batch))
        return view(request, batch)

    return fetched


@dataclass(frozen=True)
class Wizard:
    """The frame of a step."""

    batch: CsvBatch | None
    step: Step
    stepper: list[StepState]
    back: str
    next: Step | None

    @property
    def can_undo(self) -> bool:
        return bool(self.batch and self.batch.draft_history)


def frame(batch: CsvBatch | None, step: Step) -> Wizard:
    missing = [(error.attr, error.detail) for error in launch.missing(batch)] if batch else []
    stepper = steps.states(step, missing, _done_words(batch))
    before = steps.neighbour(step, -1)
    back = step_address(batch, before) if batch and before else ""
    return Wizard(batch, step, stepper, back, steps.neighbour(step, 1))


def _done_words(batch: CsvBatch | None) -> list[str]:
    """What there is, step by step; empty where a step is still open."""
    if batch is None:
        return [""] * len(steps.STEPS)
    used = sum(column["mode"] != "ignore" for column in batch.columns)
    rows = f"{counted(batch.total, 'row')}, {counted(len(batch.columns), 'column')}" if batch.total else ""
    return [
        rows,
        f"{count(used)} of {count(len(batch.columns))} columns used" if used else "",
        "written" if batch.prompt_template.strip() else "the columns alone" if used else "",
        counted(len(batch.response_fields), "field") if batch.response_fields else "",
        batch.network.name if batch.network else "",
        "",
    ]


def step_address(batch: CsvBatch, step: Step) -> str:
    return reverse(f"csv_batches:{step.key}", args=[batch.pk])


def page(request: PageRequest, batch: CsvBatch | None, step: Step, context: dict[str, Any]) -> HttpResponse:
    """The whole step, or for htmx what changes on it: `wizard/<step>/updates.html`."""
    part = "updates" if wants_fragment(request) else "page"
    template = f"csv_batches/wizard/{step.key}/{part}.html"
    shown = {**context, "wizard": frame(batch, step), "batch": batch, "kind": kind_named(KIND)}
    return render(request, template, shown)


def onward(request: PageRequest, batch: CsvBatch, step: Step) -> HttpResponseRedirect:
    """Where the pressed button leads: `go` is next, back or stay."""
    offset = {"next": 1, "back": -1}.get(request.POST.get("go", ""), 0)
    return HttpResponseRedirect(step_address(batch, steps.neighbour(step, offset) or step))


@require_POST
@of_draft
def undo_last(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    with errors_as_messages(request):
        draft_history.undo(batch_id=batch.pk)
    return HttpResponseRedirect(step_address(batch, _asked_from(request)))


def reset(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Asks first, on a page of its own."""
    if request.method == "POST":
        with errors_as_messages(request):
            draft_history.reset(batch_id=batch.pk)
        return HttpResponseRedirect(step_address(batch, steps.MAP))
    context = {"batch": batch, "from": _asked_from(request), "kind": kind_of(batch)}
    return render(request, "csv_batches/wizard/reset.html", context)


reset_page = of_draft(reset)


def _asked_from(request: PageRequest) -> Step:
    key = request.POST.get("step") or request.GET.get("step")
    return next((step for step in steps.STEPS[:-1] if step.key == key), steps.MAP)

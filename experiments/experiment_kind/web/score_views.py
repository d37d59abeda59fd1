"""How an experiment did, and two of them side by side."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from experiments.core.choices import Role
from experiments.core.errors import WorkbenchError
from experiments.experiment_kind.models import KIND
from experiments.experiment_kind.selectors import comparisons
from experiments.experiment_kind.services import drafts
from experiments.experiment_kind.web import comparison, score_panel
from experiments.experiment_kind.web.drafts import REFUSED, experiment_or_404
from experiments.experiment_kind.web.forms import CompareForm, ScoringForm, add_errors
from experiments.kinds import kind_named
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.queue.base import queue_address, queue_context


@require_safe
@signed_in
def score(request: PageRequest, queue_id: UUID) -> HttpResponse:
    """The panel above the items, and alone the same with its own address."""
    experiment = experiment_or_404(request, queue_id)
    with errors_as_messages(request):
        panel = score_panel.score_panel_of(experiment)
        is_fragment = wants_fragment(request)
        if is_fragment and panel.fingerprint in request.GET.getlist("has") and panel.seconds:
            return HttpResponse(status=204)
        template = "score" if is_fragment else "score_page"
        return render(request, f"experiments/experiment_kind/{template}.html", queue_context(experiment, score=panel))
    return HttpResponseRedirect(queue_address(experiment, {}))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def scoring(request: PageRequest, queue_id: UUID) -> HttpResponseBase:
    """Another scoring, at any time: nothing of the score is stored."""
    experiment = experiment_or_404(request, queue_id, Role.EDITOR)
    form = ScoringForm(experiment, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            drafts.update(experiment_id=experiment.pk, values={"scoring": form.scoring()})
            messages.success(request, "The items are scored in this way now.")
            return HttpResponseRedirect(queue_address(experiment, {}))
        except WorkbenchError as error:
            add_errors(form, error)
    shown = queue_context(experiment, form=form)
    return render(request, "experiments/experiment_kind/scoring.html", shown, status=REFUSED if form.errors else 200)


@require_safe
@signed_in
def compare(request: PageRequest) -> HttpResponse:
    """Two experiments on the same data set; with one of them, what it can be compared with."""
    kind = kind_named(KIND)
    form = CompareForm(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    visible = kind.visible_to(request.user)
    first, second = (visible.filter(pk=chosen[name]).first() if chosen.get(name) else None for name in ("a", "b"))
    values = {"kind": kind, "nouns": kind.nouns, "first": first, "second": second, "change": chosen.get("change", "")}
    if first is None:
        return render(request, "experiments/experiment_kind/compare.html", {**values, "newest": list(visible[:50])})
    values["others"] = comparisons.candidates(first, request.user)
    if second is not None:
        try:
            page = chosen.get("page") or 1
            values["page"] = comparison.comparison_page(first, second, change=values["change"], page=page)
        except WorkbenchError as error:
            values["problem"] = error.detail
    return render(request, "experiments/experiment_kind/compare.html", values)

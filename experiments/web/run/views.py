"""Runs: the list, one of them."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.kinds import kind_of
from experiments.models import Queue, Run
from experiments.web.decorators import PageRequest, signed_in
from experiments.web.run.detail import shown_run_of
from experiments.web.run.run_list import queue_page_of_run, run_list_page


@require_safe
@signed_in
def runs_page(request: PageRequest) -> HttpResponse:
    """One's own runs; all of them for staff. The filters are those of the API."""
    context = {"page": run_list_page(request.user, request.GET), "section": "runs"}
    return render(request, "experiments/run/list.html", context)


@require_safe
@signed_in
def run_page(request: PageRequest, trace_id: str) -> HttpResponse:
    run = run_or_404(request, trace_id)
    queue = run.item.queue if run.item else None
    context = {
        "run": shown_run_of(run, _names_of_fields(queue) if queue else ()),
        "queue": queue,
        "item": run.item,
        "queue_url": queue_page_of_run(queue),
        "nouns": kind_of(queue).nouns if queue else None,
        "section": "runs",
    }
    return render(request, "experiments/run/page.html", context)


def run_or_404(request: PageRequest, trace_id: str) -> Run:
    """A trace id is unique within a network only: `network` in the address says which; else the newest answers."""
    runs = Run.objects.seen_by(request.user).select_related("network", "item__queue")
    network = request.GET.get("network", "")
    if network.isascii() and network.isdecimal() and len(network) < 19:
        runs = runs.filter(network=int(network))
    run: Run | None = runs.filter(trace_id=trace_id.replace("\0", "")).order_by("-created_at", "-id").first()
    if run is None:
        raise Http404
    return run


def _names_of_fields(queue: Queue) -> list[str]:
    kind = kind_of(queue)
    own = kind.model._default_manager.filter(pk=queue.pk).first()
    return [field["name"] for field in kind.response_fields(own)] if own else []

"""Runs: the list, one of them."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.kinds import kind_of
from experiments.models import Queue, Run
from experiments.web.decorators import PageRequest, signed_in
from experiments.web.run import detail, run_list


@require_safe
@signed_in
def runs_page(request: PageRequest) -> HttpResponse:
    """One's own runs; all of them for staff. The filters are those of the API."""
    context = {"page": run_list.page(request.user, request.GET), "section": "runs"}
    return render(request, "experiments/run/list.html", context)


@require_safe
@signed_in
def run_page(request: PageRequest, trace_id: str) -> HttpResponse:
    run = run_or_404(request, trace_id)
    queue = run.item.queue if run.item else None
    context = {"run": detail.shown(run), "queue": queue, "item": run.item, "queue_url": _page_of(queue)}
    nouns = kind_of(queue).nouns if queue else None
    return render(request, "experiments/run/page.html", {**context, "nouns": nouns, "section": "runs"})


def run_or_404(request: PageRequest, trace_id: str) -> Run:
    """A trace id is unique within a network only: `network` in the address says which; else the newest answers."""
    runs = Run.objects.for_user(request.user).select_related("network", "item__queue")
    network = request.GET.get("network", "")
    if network.isascii() and network.isdecimal() and len(network) < 19:
        runs = runs.filter(network=int(network))
    run: Run | None = runs.filter(trace_id=trace_id.replace("\0", "")).order_by("-created_at", "-id").first()
    if run is None:
        raise Http404
    return run


def _page_of(queue: Queue | None) -> str:
    """The page of a run's queue; a trial belongs to its parent."""
    return kind_of(queue).address(queue.parent_id or queue.pk) if queue else ""

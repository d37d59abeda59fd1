"""The host's pages: a run; and what monitoring asks for."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from experiments import health, kinds, run_view
from experiments.models import Queue, Run
from experiments.pages import PageRequest, signed_in


@require_safe
@signed_in
def run_page(request: PageRequest, trace_id: str) -> HttpResponse:
    run = run_or_404(request, trace_id)
    queue = run.item.queue if run.item else None
    context = {"run": run_view.shown(run), "queue": queue, "item": run.item, "queue_url": _page_of(queue)}
    return render(request, "experiments/run.html", context)


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
    return kinds.desk_of(queue).address(queue.parent_id or queue.pk) if queue else ""


@require_safe
@never_cache
def health_live(request: HttpRequest) -> JsonResponse:
    """This process answers. Asks nobody else."""
    return JsonResponse({"status": "live"})


@require_safe
@never_cache
def health_ready(request: HttpRequest) -> JsonResponse:
    """200 where rows can be worked at: database, tables, a worker; 503 where not, with what is missing."""
    found = health.look()
    return JsonResponse(found.shown(), status=200 if found.ready else 503)

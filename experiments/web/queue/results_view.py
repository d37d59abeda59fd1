"""What the answers of a queue amount to: read when somebody looks, beside a page that does not wait for it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.kinds import QueueKind
from experiments.web.decorators import PageRequest, signed_in, wants_fragment
from experiments.web.queue import results
from experiments.web.queue.base import context, queue_or_404


@require_safe
@signed_in
def results_page(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    shown = results.shown(queue)
    if not wants_fragment(request):
        return render(request, "experiments/queue/results_page.html", context(queue, results=shown))
    if shown.fingerprint in request.GET.getlist("has") and shown.seconds:
        return HttpResponse(status=204)
    return render(request, "experiments/queue/results.html", context(queue, results=shown))

"""What the answers of a batch amount to: read when somebody looks, beside a page that does not wait for it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from csv_batches.pages import results_view
from csv_batches.views.shared import batch_or_404
from experiments.pages import PageRequest, signed_in, wants_fragment


@require_safe
@signed_in
def results_page(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    shown = results_view.shown(batch)
    if not wants_fragment(request):
        return render(request, "csv_batches/results.html", {"results": shown, "batch": batch})
    if shown.token in request.GET.getlist("has") and shown.seconds:
        return HttpResponse(status=204)
    return render(request, "components/queue_results.html", {"results": shown, "batch": batch})

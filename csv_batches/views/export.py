"""The download."""

from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from csv_batches.forms.rows import ExportForm
from csv_batches.views.shared import batch_or_404, queue_address
from experiments.downloads import export_response
from experiments.pages import PageRequest, signed_in, told


@require_safe
@signed_in
def export_file(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """The file; where it cannot be had yet, the batch's page with the reason."""
    batch = batch_or_404(request.user, batch_id)
    with told(request):
        return export_response(batch, ExportForm(request.GET).options())
    return HttpResponseRedirect(queue_address(batch.pk, {}))

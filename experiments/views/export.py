"""The download."""

from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from experiments.desks import Desk
from experiments.downloads import export_response
from experiments.pages import PageRequest, signed_in, told
from experiments.queue_page.forms import ExportForm
from experiments.views.shared import queue_address, queue_or_404


@require_safe
@signed_in
def export_file(request: PageRequest, desk: Desk, queue_id: UUID) -> HttpResponseBase:
    """The file; where it cannot be had yet, the queue's page with the reason."""
    queue = queue_or_404(desk, request.user, queue_id)
    with told(request):
        return export_response(queue, ExportForm(request.GET).options(), protocol=request.META["SERVER_PROTOCOL"])
    return HttpResponseRedirect(queue_address(queue, {}))

"""The download."""

from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from experiments.export.response import export_response
from experiments.kinds import QueueKind
from experiments.services import exports
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in
from experiments.web.queue.base import queue_address, queue_or_404
from experiments.web.queue.forms import ExportForm


@require_safe
@signed_in
def export_file(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponseBase:
    """The file; where it cannot be had yet, the queue's page with the reason."""
    queue = queue_or_404(kind, request.user, queue_id)
    with errors_as_messages(request):
        file = exports.download(queue, ExportForm(request.GET).options())
        return export_response(file, protocol=request.META["SERVER_PROTOCOL"])
    return HttpResponseRedirect(queue_address(queue, {}))

"""The button that repeats a batch with another file."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from csv_batches.rules import steps
from csv_batches.services import duplicates
from csv_batches.wizard.base import batch_or_404, queue_address, step_address
from experiments.core.choices import Role
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in


@require_POST
@signed_in
def with_new_file(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Makes a draft of one's own with its settings and opens the step of the file."""
    batch = batch_or_404(request, batch_id, Role.VIEWER)
    with errors_as_messages(request):
        draft = duplicates.duplicate_for_new_file(batch=batch, user=request.user)
        messages.success(request, f"This draft has the settings of “{batch.name}”. Choose its file.")
        return HttpResponseRedirect(step_address(draft, steps.UPLOAD))
    return HttpResponseRedirect(queue_address(batch))

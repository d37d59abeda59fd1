"""The button that begins a change of prompt or schema of a batch that was started."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from csv_batches.rules import steps
from csv_batches.services import revise
from csv_batches.wizard.base import batch_or_404, queue_address, step_address
from experiments.core.choices import Role
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in


@require_POST
@signed_in
def begin_change(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Opens the prompt of one's draft of it, which has the batch's settings and some of its rows to try them with."""
    batch = batch_or_404(request, batch_id, Role.EDITOR)
    with errors_as_messages(request):
        draft = revise.draft_of_change(batch=batch, user=request.user)
        messages.success(request, f"Change the prompt or the schema, try it, then apply it to “{batch.name}”.")
        return HttpResponseRedirect(step_address(draft, steps.PROMPT))
    return HttpResponseRedirect(queue_address(batch))

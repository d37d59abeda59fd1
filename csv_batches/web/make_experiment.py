"""The button of a finished batch that makes an experiment of its rows."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from csv_batches.services import to_experiment
from csv_batches.wizard.base import batch_or_404, queue_address
from experiments.core.choices import Role
from experiments.kinds import kind_of
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in


@require_POST
@signed_in
def make_experiment(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """Makes a draft of an experiment and opens its set-up."""
    batch = batch_or_404(request, batch_id, Role.VIEWER)
    with errors_as_messages(request):
        experiment = to_experiment.make(
            batch=batch, user=request.user, corrected_only=request.POST.get("only") == "corrected"
        )
        kind = kind_of(experiment)
        messages.success(request, f"This experiment has {kind.nouns.counted(experiment.total)} of “{batch.name}”.")
        set_up = kind.set_up(experiment, [])
        assert set_up is not None
        return HttpResponseRedirect(set_up.address)
    return HttpResponseRedirect(queue_address(batch))

"""Which experiment a page is about."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from experiments.core.choices import QueueStatus, Role
from experiments.experiment_kind.models import KIND, Experiment
from experiments.kinds import kind_named
from experiments.web.decorators import PageRequest, signed_in
from experiments.web.queue.base import queue_address, queue_or_404

REFUSED = 422
DraftView = Callable[[PageRequest, Experiment], HttpResponseBase]


def experiment_or_404(request: PageRequest, queue_id: UUID, least: Role | None = None) -> Experiment:
    experiment: Experiment = queue_or_404(kind_named(KIND), request, queue_id, least)
    return experiment


def draft_view(view: DraftView) -> Callable[..., HttpResponseBase]:
    """For who edits a draft. One that was started already is shown in its queue, and so is one that is only seen."""

    @signed_in
    @wraps(view)
    def guarded(request: PageRequest, queue_id: UUID) -> HttpResponseBase:
        experiment = experiment_or_404(request, queue_id)
        if experiment.status != QueueStatus.DRAFT or not experiment.may_edit:
            return HttpResponseRedirect(queue_address(experiment, {}))
        return view(request, experiment)

    return guarded

"""The download of the rows that were left out of a file."""

from uuid import UUID

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from csv_batches.services.rejects import rejects_response
from csv_batches.wizard.base import batch_or_404
from experiments.web.decorators import PageRequest, signed_in


@require_safe
@signed_in
def rejects(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    return rejects_response(batch_or_404(request, batch_id))

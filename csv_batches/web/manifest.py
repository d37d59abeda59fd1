"""The download of the manifest of a batch."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from csv_batches.selectors.manifest import CONTENT_TYPE, manifest_text
from csv_batches.wizard.base import batch_or_404
from experiments.services.exports import stem_of
from experiments.web.decorators import PageRequest, signed_in


@require_safe
@signed_in
def manifest(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request, batch_id)
    name = content_disposition_header(as_attachment=True, filename=f"{stem_of(batch.name)} manifest.json")
    return HttpResponse(
        manifest_text(batch), content_type=CONTENT_TYPE, headers={"Content-Disposition": name or "attachment"}
    )

"""The page that adds the rows of a file to a batch that was started."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from csv_batches.models import KIND, CsvBatch
from csv_batches.services import append
from csv_batches.wizard.base import batch_or_404, queue_address
from csv_batches.wizard.upload.page import accepted_files
from experiments.core.choices import Role
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import counted
from experiments.kinds import kind_named
from experiments.web.decorators import PageRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def append_rows(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    batch = batch_or_404(request, batch_id, Role.EDITOR)
    if request.method != "POST":
        return _page(request, batch)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, batch, "Choose a file first.", 400)
    try:
        added, _ = append.append_file(batch_id=batch.pk, file=file)
    except WorkbenchError as error:
        return _page(request, batch, error.detail, error.status)
    messages.success(request, f"Added {counted(added, 'row')}. Run {'it' if added == 1 else 'them'} when you like.")
    return HttpResponseRedirect(queue_address(batch))


def _page(request: PageRequest, batch: CsvBatch, refused: str = "", status: int = 200) -> HttpResponse:
    kind = kind_named(KIND)
    shown = {
        "kind": kind,
        "nouns": kind.nouns,
        "queue": batch,
        "refused": refused,
        "accepted": accepted_files(),
        "is_ready": batch.status in append.STOPPED,
    }
    return render(request, "csv_batches/append.html", shown, status=status)

"""The page that adds the rows of a file to a batch that was started."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from csv_batches.models import KIND, CsvBatch
from csv_batches.services import append, newer_file
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
        said = _taken_in(batch, file, request.POST.get("key", ""))
    except WorkbenchError as error:
        return _page(request, batch, error.detail, error.status)
    messages.success(request, said)
    return HttpResponseRedirect(queue_address(batch))


def _taken_in(batch: CsvBatch, file: UploadedFile, key: str) -> str:
    """What became of the file, in words."""
    if not key:
        added, _ = append.append_file(batch_id=batch.pk, file=file)
        return f"Added {counted(added, 'row')}. Run {'it' if added == 1 else 'them'} when you like."
    done = newer_file.apply(batch_id=batch.pk, file=file, key=key)
    return f"{counted(done.changed, 'row')} changed and will run again, {counted(done.added, 'row')} added."


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

"""Upload: a file becomes a draft, with what was found out about it and a way to say otherwise."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from csv_batches.models import CsvBatch, Upload
from csv_batches.rules import steps
from csv_batches.services import drafts, store_rows, uploads
from csv_batches.wizard.base import of_draft, onward, page, step_address
from csv_batches.wizard.upload import page as file_page
from csv_batches.wizard.upload.forms import NamesForm, ReadForm
from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.ingest import ReadOptions, RejectedFile
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment

EITHER = ["GET", "HEAD", "POST"]


# -- before there is a draft


@require_http_methods(EITHER)
@signed_in
def new(request: PageRequest) -> HttpResponseBase:
    refused = _refused(request)
    if request.method != "POST":
        return _new_page(request, refused)
    try:
        batch = _started(request, refused)
    except WorkbenchError as error:
        return _not_started(request, refused, error)
    if refused is not None and "file" in request.FILES:
        uploads.discard_refused(user=request.user, upload_id=refused.pk)
    return _go(request, step_address(batch, steps.UPLOAD))


@require_POST
@signed_in
def discard_new(request: PageRequest) -> HttpResponseBase:
    refused = _refused(request)
    if refused is not None:
        uploads.discard_refused(user=request.user, upload_id=refused.pk)
    return HttpResponseRedirect(reverse("csv_batches:new"))


def _refused(request: PageRequest) -> Upload | None:
    """The refused file that the page is about; it is its owner's alone."""
    try:
        key = UUID(request.POST.get("upload") or request.GET.get("upload") or "")
    except ValueError:
        return None
    return Upload.objects.filter(pk=key, owner=request.user, batch=None).first()


def _started(request: PageRequest, refused: Upload | None) -> CsvBatch:
    if "file" not in request.FILES and refused is not None:
        options = ReadForm(request.POST).options()
        return uploads.start_from_refused(user=request.user, upload_id=refused.pk, options=options)
    return uploads.start_from_file(user=request.user, file=_file(request))


def _file(request: PageRequest) -> UploadedFile:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput("Choose a file first.", code="required", attr="file")
    return file


def _not_started(request: PageRequest, refused: Upload | None, error: WorkbenchError) -> HttpResponseBase:
    if "file" in request.FILES and uploads.can_be_kept(error):
        if refused is not None:
            uploads.discard_refused(user=request.user, upload_id=refused.pk)
        refused = uploads.keep_refused(user=request.user, batch=None, file=_file(request), error=error)
    elif refused is None or not isinstance(error, RejectedFile):
        return _new_page(request, refused, error)
    return _go(request, f"{reverse('csv_batches:new')}?{urlencode({'upload': str(refused.pk)})}")


def _new_page(request: PageRequest, refused: Upload | None, error: WorkbenchError | None = None) -> HttpResponse:
    options = store_rows.options_of(refused.options) if refused else ReadOptions()
    context = {
        "refusal": file_page.refusal_of(refused),
        "upload": refused,
        "options": file_page.options_of(refused.name, options, None) if refused else None,
        "error": error,
        "most": file_page.most(),
    }
    return _answer(request, page(request, None, steps.UPLOAD, context), error)


# -- of a draft


@require_http_methods(EITHER)
@of_draft
def upload(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        return _shown(request, batch)
    if request.POST.get("go") and "file" not in request.FILES:
        return onward(request, batch, steps.UPLOAD)
    try:
        uploads.receive(batch_id=batch.pk, file=_file(request))
    except WorkbenchError as error:
        if "file" not in request.FILES or not uploads.can_be_kept(error):
            return _shown(request, batch, error=error)
        uploads.keep_refused(user=request.user, batch=batch, file=_file(request), error=error)
    return _go(request, step_address(batch, steps.UPLOAD))


@require_POST
@of_draft
def upload_options(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    options = ReadForm(request.POST).options()
    try:
        uploads.read_again(batch_id=batch.pk, options=options)
    except WorkbenchError as error:
        return _shown(request, _again(batch), error=error, chosen=options)
    if not wants_fragment(request):
        return HttpResponseRedirect(step_address(batch, steps.UPLOAD))
    return _shown(request, _again(batch))


@require_POST
@of_draft
def upload_names(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    form = NamesForm(request.POST)
    if not form.is_valid():
        return _shown(request, batch, names=form)
    wanted = {name: value for name, value in form.cleaned_data.items() if value != getattr(batch, name)}
    with errors_as_messages(request):
        if wanted:
            drafts.update(batch_id=batch.pk, values=wanted)
    if not wants_fragment(request):
        return onward(request, batch, steps.UPLOAD)
    return _shown(request, _again(batch), names=form)


@require_POST
@of_draft
def upload_discard(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    uploads.discard(batch_id=batch.pk)
    messages.info(request, "The file was let go." if batch.total else "The file was let go. Choose another one.")
    return HttpResponseRedirect(step_address(batch, steps.UPLOAD))


def _again(batch: CsvBatch) -> CsvBatch:
    return CsvBatch.objects.select_related("network", "created_by", "incoming").get(pk=batch.pk)


def _shown(
    request: PageRequest,
    batch: CsvBatch,
    *,
    error: WorkbenchError | None = None,
    chosen: ReadOptions | None = None,
    names: NamesForm | None = None,
) -> HttpResponse:
    file = file_page.of_batch(batch, _first_column(request), chosen if error else None)
    refusal = file.refusal
    if isinstance(error, RejectedFile) and chosen and refusal is None:
        # The kept file, read in a way that it cannot be read: the rows are as they were.
        refusal, error = file_page.refused(batch.source_name, uploads.as_error(error), chosen), None
    context: dict[str, Any] = {
        "file": file,
        "refusal": refusal,
        "options": file.options,
        "error": error,
        "names": names or NamesForm({"name": batch.name, "dataset_name": batch.dataset_name}),
        "most": file_page.most(),
        "polls": file.is_reading,
        # Between two looks at a file that is being read only its progress changes.
        "only_progress": request.method != "POST" and file.is_reading,
    }
    return _answer(request, page(request, batch, steps.UPLOAD, context), error)


def _first_column(request: PageRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


# -- answers


def _go(request: PageRequest, address: str) -> HttpResponseBase:
    """A form's answer is another page; htmx opens it as one and not as a part of this."""
    return HttpResponseClientRedirect(address) if wants_fragment(request) else HttpResponseRedirect(address)


def _answer(request: PageRequest, response: HttpResponse, error: WorkbenchError | None) -> HttpResponse:
    # htmx shows what it is sent only where the status says that all is well.
    if error is not None and not wants_fragment(request):
        response.status_code = error.status
    return response

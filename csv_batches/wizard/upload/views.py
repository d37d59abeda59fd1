"""Upload: a file becomes a draft, with what was detected in it and a way to correct that."""

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
from csv_batches.services import drafts, manifest, store_rows, uploads
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step, step_address, step_of_request
from csv_batches.wizard.upload.forms import NamesForm
from csv_batches.wizard.upload.page import accepted_files, file_page, read_options_form, says_of_file, upload_limits
from csv_batches.wizard.upload.read_options import refusal_of_error, refusal_of_upload
from experiments.core.choices import ErrorCode
from experiments.core.errors import Conflict, InvalidInput, NoRoom, WorkbenchError
from experiments.ingest import ReadOptions, RejectedFile
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.read_form import options_of_form

GET_OR_POST = ["GET", "HEAD", "POST"]


# Before there is a draft


@require_http_methods(GET_OR_POST)
@signed_in
def new(request: PageRequest) -> HttpResponseBase:
    refused = _refused_upload(request)
    if request.method != "POST":
        return _render_new(request, refused)
    try:
        batch = _start_draft(request, refused)
    except WorkbenchError as error:
        return _after_refusal(request, refused, error)
    if refused is not None and "file" in request.FILES:
        uploads.discard_refused(user=request.user, upload_id=refused.pk)
    return _open(request, step_address(batch, steps.UPLOAD))


@require_POST
@signed_in
def discard_new(request: PageRequest) -> HttpResponseBase:
    refused = _refused_upload(request)
    if refused is not None:
        uploads.discard_refused(user=request.user, upload_id=refused.pk)
    return HttpResponseRedirect(reverse("csv_batches:new"))


def _refused_upload(request: PageRequest) -> Upload | None:
    """The refused file that the page is about. Only its owner sees it."""
    try:
        key = UUID(request.POST.get("upload") or request.GET.get("upload") or "")
    except ValueError:
        return None
    return Upload.objects.filter(pk=key, owner=request.user, batch=None).first()


def _start_draft(request: PageRequest, refused: Upload | None) -> CsvBatch:
    """Of the file that was sent, or else of the refused one, read with other options."""
    if "file" not in request.FILES and refused is not None:
        options = options_of_form(request.POST)
        return uploads.start_from_refused(user=request.user, upload_id=refused.pk, options=options)
    given = request.FILES.get("manifest")
    if given is None:
        return uploads.start_from_file(user=request.user, file=_uploaded_file(request))
    return manifest.create(
        user=request.user,
        manifest=manifest.read(given),
        file=_uploaded_file(request),
        accept_other_file="accept_other_file" in request.POST,
    )


def _uploaded_file(request: PageRequest) -> UploadedFile:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput("Choose a file first.", code=ErrorCode.REQUIRED, attr="file")
    return file


def _after_refusal(request: PageRequest, refused: Upload | None, error: WorkbenchError) -> HttpResponseBase:
    """Keeps a sent file if another way of reading may help, in place of the one that was refused before."""
    # With a manifest it says how the file is read.
    if "file" in request.FILES and "manifest" not in request.FILES and uploads.can_be_kept(error):
        if refused is not None:
            uploads.discard_refused(user=request.user, upload_id=refused.pk)
        try:
            refused = uploads.keep_refused(user=request.user, batch=None, file=_uploaded_file(request), error=error)
        except (Conflict, NoRoom):
            # What is wrong with the file says more than that it cannot be kept.
            return _render_new(request, None, error)
    elif refused is None or not isinstance(error, RejectedFile):
        return _render_new(request, refused, error)
    return _open(request, f"{reverse('csv_batches:new')}?{urlencode({'upload': str(refused.pk)})}")


def _render_new(request: PageRequest, refused: Upload | None, error: WorkbenchError | None = None) -> HttpResponse:
    options = store_rows.options_of(refused.options) if refused else ReadOptions()
    context = {
        "refusal": refusal_of_upload(refused),
        "upload": refused,
        "options": read_options_form(refused.name, options, None, refused.file) if refused else None,
        "error": error,
        "accepted": accepted_files(),
        "limits": upload_limits(),
        "has_manifest": "manifest" in request.FILES,
    }
    return _with_status(request, render_step(request, None, steps.UPLOAD, context), error)


# Of a draft


@require_http_methods(GET_OR_POST)
@draft_view
def upload(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if batch.revises_id:
        return HttpResponseRedirect(step_address(batch, steps.MAP))
    if request.method != "POST":
        return _render(request, batch)
    if request.POST.get("go") and "file" not in request.FILES:
        return redirect_by_button(request, batch, steps.UPLOAD)
    try:
        uploads.receive(batch_id=batch.pk, file=_uploaded_file(request))
    except WorkbenchError as error:
        if "file" not in request.FILES or not uploads.can_be_kept(error):
            return _render(request, batch, error=error)
        try:
            uploads.keep_refused(user=request.user, batch=batch, file=_uploaded_file(request), error=error)
        except (Conflict, NoRoom):
            return _render(request, batch, error=error)
    return _open(request, step_address(batch, steps.UPLOAD))


@require_POST
@draft_view
def upload_options(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    options = None
    try:
        options = options_of_form(request.POST)
        uploads.read_again(batch_id=batch.pk, options=options)
    except WorkbenchError as error:
        return _render(request, _reloaded(batch), error=error, options=options)
    if not wants_fragment(request):
        return HttpResponseRedirect(step_address(batch, steps.UPLOAD))
    return _render(request, _reloaded(batch))


@require_POST
@draft_view
def upload_names(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """From any step, to which it leads back."""
    form = NamesForm(request.POST)
    if form.is_valid():
        changes = {name: value for name, value in form.cleaned_data.items() if value != getattr(batch, name)}
        with errors_as_messages(request):
            if changes:
                drafts.update(batch_id=batch.pk, values=changes)
    else:
        messages.error(request, "A batch needs a name of at most 200 characters. The name wasn’t changed.")
    return HttpResponseRedirect(step_address(batch, step_of_request(request)))


@require_POST
@draft_view
def upload_discard(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    uploads.discard(batch_id=batch.pk)
    messages.info(request, "File discarded." if batch.total else "File discarded. Choose another one.")
    return HttpResponseRedirect(step_address(batch, steps.UPLOAD))


def _reloaded(batch: CsvBatch) -> CsvBatch:
    return CsvBatch.objects.select_related("network", "created_by", "incoming").get(pk=batch.pk)


def _render(
    request: PageRequest,
    batch: CsvBatch,
    *,
    error: WorkbenchError | None = None,
    options: ReadOptions | None = None,
) -> HttpResponse:
    """`options` are those with which `error` came."""
    file = file_page(batch, _first_column(request), options if error else None)
    refusal = file.refusal
    if isinstance(error, RejectedFile) and options and refusal is None:
        # The kept file cannot be read with these options: its rows stay as they are.
        refusal, error = refusal_of_error(batch.source_name, uploads.as_error(error), options), None
    context: dict[str, Any] = {
        "file": file,
        "refusal": refusal,
        "options": file.options,
        "error": error,
        "accepted": accepted_files(),
        "limits": upload_limits(),
        "says": says_of_file(file),
        # While a file is being read, polls change only its progress.
        "only_progress": request.method != "POST" and file.is_reading,
    }
    return _with_status(request, render_step(request, batch, steps.UPLOAD, context), error)


def _first_column(request: PageRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


# Answers


def _open(request: PageRequest, address: str) -> HttpResponseBase:
    """Leads to another page; htmx must not show it as a part of this one."""
    return HttpResponseClientRedirect(address) if wants_fragment(request) else HttpResponseRedirect(address)


def _with_status(request: PageRequest, response: HttpResponse, error: WorkbenchError | None) -> HttpResponse:
    # htmx shows an answer only if its status is a success.
    if error is not None and not wants_fragment(request):
        response.status_code = error.status
    return response

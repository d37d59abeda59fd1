"""What who has no batch yet begins with: their file, the sample, or a template of prompt and fields."""

from typing import Any

from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from csv_batches.rules import steps
from csv_batches.rules.draft_templates import TEMPLATES
from csv_batches.services import beginnings
from csv_batches.wizard.base import step_address
from csv_batches.wizard.upload.page import accepted_files, upload_limits
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in


def first_visit() -> dict[str, Any]:
    """The values of `first_visit.html`."""
    return {"accepted": accepted_files(), "limits": upload_limits(), "templates": TEMPLATES.values()}


@require_POST
@signed_in
def from_sample(request: PageRequest) -> HttpResponseBase:
    with errors_as_messages(request):
        return HttpResponseRedirect(step_address(beginnings.start_sample(user=request.user), steps.MAP))
    return HttpResponseRedirect(reverse("csv_batches:new"))


@require_POST
@signed_in
def from_template(request: PageRequest, key: str) -> HttpResponseBase:
    if key not in TEMPLATES:
        raise Http404
    with errors_as_messages(request):
        batch = beginnings.start_from_template(user=request.user, template=TEMPLATES[key])
        return HttpResponseRedirect(step_address(batch, steps.UPLOAD))
    return HttpResponseRedirect(reverse("csv_batches:new"))

"""The page that lists runs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments import run_list
from experiments.pages import PageRequest, signed_in


@require_safe
@signed_in
def runs_page(request: PageRequest) -> HttpResponse:
    """One's own runs; all of them for staff. The filters are those of the API."""
    context = {"page": run_list.page(request.user, request.GET), "section": "runs"}
    return render(request, "experiments/runs.html", context)

"""The list of batches."""

from datetime import datetime
from zlib import crc32

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from csv_batches.pages.overview import listed_of
from csv_batches.selectors import batches as selectors
from experiments import health, overview
from experiments.pages import PageRequest, signed_in, wants_fragment

PAGE = 50


@require_safe
@signed_in
def batch_list(request: PageRequest) -> HttpResponse:
    older_than = _moment(request.GET.get("older", ""))
    batches = selectors.batches_of(request.user)
    if older_than:
        batches = batches.filter(created_at__lt=older_than)
    found = list(batches[: PAGE + 1])
    listed = tuple(listed_of(batch) for batch in found[:PAGE])
    note = health.waiting_note(found)
    context = {
        "batches": listed,
        "note": note,
        "token": f"list.{crc32(repr((listed, note)).encode()):08x}",
        "older": found[PAGE - 1].created_at.isoformat() if len(found) > PAGE else "",
        "older_than": request.GET.get("older", "") if older_than else "",
        "moves": any(overview.moves(batch) for batch in found),
    }
    if not wants_fragment(request):
        return render(request, "csv_batches/list.html", context)
    if context["token"] in request.GET.getlist("has"):
        return HttpResponse(status=204)
    return render(request, "csv_batches/list_table.html", context)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None

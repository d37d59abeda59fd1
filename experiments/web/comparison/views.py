"""The page that compares two queues, and a row of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_safe

from experiments.core.choices import AuditAction, ExportFormat
from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.http.page_time import NO_LIMIT, in_time, limit_statements, takes_its_time
from experiments.kinds import QueueKind
from experiments.selectors import comparison
from experiments.selectors.comparison_statements import Both
from experiments.services import audit
from experiments.web.comparison.export import csv_of_comparison
from experiments.web.comparison.forms import ComparisonAddress, address_of
from experiments.web.comparison.page import comparison_page
from experiments.web.comparison.row import row_pair
from experiments.web.decorators import PageRequest, signed_in, wants_fragment

TWO = 2
BESIDE = 200
"""Rows of the list among which those before and after an open one are looked for."""


@require_safe
@signed_in
def differences(request: PageRequest, kind: QueueKind) -> HttpResponse:
    """Two queues with the same rows; with one of them, what it can be compared with.

    `queue`: as a list sends those that are ticked.
    """
    ticked = request.GET.getlist("queue")
    if ticked:
        return _compare_ticked(request, kind, ticked)
    return render(request, "experiments/comparison/page.html", _context(request, kind))


def _compare_ticked(request: PageRequest, kind: QueueKind, ticked: list[str]) -> HttpResponse:
    if len(ticked) != TWO:
        messages.error(request, f"Select two {kind.nouns.many} of the same file to compare them.")
        return HttpResponseRedirect(reverse("experiments:list", args=[kind]))
    query = urlencode({"a": ticked[0], "b": ticked[1]})
    return HttpResponseRedirect(f"{reverse('experiments:differences', args=[kind])}?{query}")


@require_safe
@signed_in
def differences_row(request: PageRequest, kind: QueueKind, row_index: int) -> HttpResponse:
    """Beside the rows; for htmx alone."""
    address = address_of(request.GET)
    first, second = _two(request, kind, address)
    if first is None or second is None:
        raise Http404
    both = _both_or_404(first, second, address)
    counted = _counted(both, address)
    beside = _beside(both, counted, address, row_index)
    pair = row_pair(both, counted, row_index, request.GET.get("tab", ""), beside)
    if pair is None:
        raise Http404
    is_difference = request.GET.get("view") == "diff"
    shown = {"row": pair, "address": address, "both": both, "is_difference": is_difference}
    if wants_fragment(request):
        context = {"kind": kind, "nouns": kind.nouns, "fragment": True, **shown}
        return render(request, "experiments/comparison/row.html", context)
    return render(request, "experiments/comparison/page.html", {**_context(request, kind), **shown})


@takes_its_time
@require_safe
@signed_in
def differences_export(request: PageRequest, kind: QueueKind) -> HttpResponseBase:
    """The rows that the page shows, as CSV."""
    address = address_of(request.GET)
    first, second = _two(request, kind, address)
    if first is None or second is None:
        raise Http404
    both = _both_or_404(first, second, address)
    for queue in (first, second):
        audit.record_queue(queue.pk, AuditAction.EXPORT, format=ExportFormat.CSV, compared=True)
    text = csv_of_comparison(both, _counted(both, address), address.wanted)
    response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    name = get_valid_filename(f"{first.name[:60]} compared.csv")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def _both_or_404(first: Any, second: Any, address: ComparisonAddress) -> Both:
    try:
        return comparison.compared(first, second, address.moves)
    except WorkbenchError as error:
        raise Http404 from error


def _two(request: PageRequest, kind: QueueKind, address: ComparisonAddress) -> list[Any]:
    """Each that the address names and the user may see, else None."""
    visible = kind.visible_to(request.user)
    found = (visible.filter(pk=one).first() if one else None for one in (address.a, address.b))
    return list(found)


def _counted(both: Both, address: ComparisonAddress) -> frozenset[str]:
    chosen = address.counted & {field.name for field in both.fields}
    return chosen or comparison.counted_fields(both)


def _context(request: PageRequest, kind: QueueKind) -> dict[str, Any]:
    address = address_of(request.GET)
    first, second = _two(request, kind, address)
    context = {"kind": kind, "nouns": kind.nouns, "first": first, "second": second, "address": address}
    if first is None:
        return {**context, "newest": list(kind.visible_to(request.user)[:50])}
    context["others"] = comparison.with_same_rows(first, request.user)
    if second is None:
        return context
    whole = "whole" in request.GET
    if whole:
        limit_statements(NO_LIMIT)
    try:
        both = comparison.compared(first, second, address.moves)
    except WorkbenchError as error:
        return {**context, "problem": error.detail}
    counted = _counted(both, address)
    try:
        with in_time("search", how="choose a filter, or fewer fields"):
            context["page"] = comparison_page(both, counted, address, whole=whole)
    except InvalidInput as error:
        context["problem"] = error.detail
    return context


def _beside(
    both: Both, counted: frozenset[str], address: ComparisonAddress, index: int
) -> tuple[int | None, int | None]:
    """The rows before and after this one, among those near it in the list."""
    start = max((address.after or 0) - 1, 0) if address.before is None else None
    try:
        found = comparison.find_lines(
            both, counted, address.wanted, want=BESIDE, after=start or None, before=address.before
        ).lines
    except InvalidInput:
        return None, None
    listed = [line.row for line in found]
    if index not in listed:
        return None, None
    at = listed.index(index)
    return listed[at - 1] if at else None, listed[at + 1] if at + 1 < len(listed) else None

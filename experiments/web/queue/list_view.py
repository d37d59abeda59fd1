"""The list of the queues of one kind."""

from zlib import crc32

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.core.datetimes import datetime_of
from experiments.kinds import QueueKind
from experiments.selectors import health
from experiments.web.decorators import PageRequest, signed_in, wants_fragment
from experiments.web.queue import summary
from experiments.web.queue.page import OF_A_LINE, listed_of

PAGE = 50


@require_safe
@signed_in
def queue_list(request: PageRequest, kind: QueueKind) -> HttpResponse:
    older_than = datetime_of(request.GET.get("older", ""))
    queues = kind.queues(request.user).select_related(None).select_related("network", "created_by").only(*OF_A_LINE)
    if older_than:
        queues = queues.filter(created_at__lt=older_than)
    found = list(queues[: PAGE + 1])
    listed = tuple(listed_of(queue) for queue in found[:PAGE])
    note = health.waiting_note(found)
    context = {
        "note": note,
        "kind": kind,
        "nouns": kind.nouns,
        "queues": listed,
        "token": f"list.{crc32(repr((listed, note)).encode()):08x}",
        "older": found[PAGE - 1].created_at.isoformat() if len(found) > PAGE else "",
        "older_than": request.GET.get("older", "") if older_than else "",
        "moves": any(summary.moves(queue) for queue in found),
    }
    if not wants_fragment(request):
        return render(request, "experiments/queue/list.html", context)
    if context["token"] in request.GET.getlist("has"):
        return HttpResponse(status=204)
    return render(request, "experiments/queue/list_table.html", context)

"""The list of queues, and what is done there with one or with several of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from experiments.core.choices import Role
from experiments.core.formatting import shorten
from experiments.export.formats import EXPORT_FORMATS
from experiments.kinds import QueueKind
from experiments.models import Queue
from experiments.services import queue_deletion, queues, quotas
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.queue.base import queue_context, queue_or_404, render_dialog
from experiments.web.queue_list.forms import NameForm, list_query
from experiments.web.queue_list.page import QUEUES_ON_A_PAGE, network_choices, owner_choices, page_of_list

GET_OR_POST = ["GET", "HEAD", "POST"]
MAX_NAME = 60
FROM_LIST = "list"
"""`back` of a dialog that the list opened."""


@require_safe
@signed_in
def queue_list(request: PageRequest, kind: QueueKind) -> HttpResponse:
    """Those that need attention, those that run, then the newest; with a filter, only what it leaves."""
    query = list_query(request.GET, request.user)
    page = page_of_list(kind, request.user, query)
    context: dict[str, Any] = {"page": page, "kind": kind, "nouns": kind.nouns}
    if wants_fragment(request):
        return _updates(request, context)
    context |= {
        "owners": owner_choices(page, request.user),
        "networks": network_choices(page),
        "near_limits": quotas.near_limits(request.user),
        "first": kind.first_visit() if page.is_empty and kind.first_template else None,
    }
    return render(request, "experiments/queue_list/page.html", context)


def _updates(request: PageRequest, context: dict[str, Any]) -> HttpResponse:
    """What the browser does not have as it is now."""
    has, page = set(request.GET.getlist("has")), context["page"]
    whole = page.shape not in has
    changed = [] if whole else [line for line in page.lines if line.fingerprint not in has]
    legend = page.legend.fingerprint not in has
    if not (whole or changed or legend):
        return HttpResponse(status=204)
    context |= {"whole": whole, "changed": changed, "legend_changed": legend}
    return render(request, "experiments/queue_list/updates.html", context)


@require_http_methods(GET_OR_POST)
@signed_in
def rename(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id, Role.EDITOR)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": queue.name})
    if request.method == "POST" and form.is_valid():
        with errors_as_messages(request):
            queues.rename(queue_id=queue.pk, name=form.cleaned_data["name"])
        return HttpResponseRedirect(address_behind(request, queue))
    status = 400 if form.is_bound else 200
    context = queue_context(queue, form=form, cancel=address_behind(request, queue))
    return render_dialog(request, "experiments/queue_list/rename.html", context, status)


@require_http_methods(GET_OR_POST)
@signed_in
def delete_one(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """Asks once, saying what goes."""
    queue = queue_or_404(kind, request, queue_id, Role.OWNER)
    return _delete(request, kind, [queue], request.get_full_path(), address_behind(request, queue))


@require_http_methods(GET_OR_POST)
@signed_in
def delete_some(request: PageRequest, kind: QueueKind) -> HttpResponse:
    """The same for those that are ticked."""
    chosen = chosen_or_404(request, kind, Role.OWNER)
    address = reverse("experiments:list", args=[kind])
    if not chosen:
        return none_chosen(request, kind, "delete")
    return _delete(request, kind, chosen, reverse("experiments:delete_some", args=[kind]), address)


@require_safe
@signed_in
def export_some(request: PageRequest, kind: QueueKind) -> HttpResponse:
    """Those that are ticked, each as a file of its own: one archive of them would be packed before its first byte."""
    chosen = chosen_or_404(request, kind, Role.VIEWER)
    if not chosen:
        return none_chosen(request, kind, "export")
    shown = {
        "kind": kind,
        "nouns": kind.nouns,
        "chosen": chosen,
        "formats": EXPORT_FORMATS,
        "cancel": reverse("experiments:list", args=[kind]),
    }
    return render_dialog(request, "experiments/queue_list/export_some.html", shown)


def chosen_or_404(request: PageRequest, kind: QueueKind, least: Role) -> list[Queue]:
    """What a list sends of those that are ticked; 403 where the user has a lower role in one of them."""
    given = request.POST if request.method == "POST" else request.GET
    return [queue_or_404(kind, request, queue_id, least) for queue_id in _ids(given.getlist("queue"))]


def none_chosen(request: PageRequest, kind: QueueKind, verb: str) -> HttpResponse:
    messages.error(request, f"Select the {kind.nouns.many} to {verb} first.")
    return HttpResponseRedirect(reverse("experiments:list", args=[kind]))


def _delete(request: PageRequest, kind: QueueKind, chosen: list[Queue], target: str, cancel: str) -> HttpResponse:
    if request.method != "POST":
        rows, corrected = sum(queue.total for queue in chosen), sum(queue.corrected for queue in chosen)
        shown = {
            "kind": kind,
            "nouns": kind.nouns,
            "chosen": chosen,
            "rows": rows,
            "answers": sum(queue.succeeded for queue in chosen),
            "corrected": corrected,
            "running": sum(queue.running > 0 for queue in chosen),
            "is_large": rows > queue_deletion.BIG,
            "target": target,
            "cancel": cancel,
        }
        return render_dialog(request, "experiments/queue_list/delete.html", shown)
    for queue in chosen:
        queue_deletion.delete(queue=queue)
    gone = f"“{shorten(chosen[0].name, MAX_NAME)}”" if len(chosen) == 1 else kind.nouns.counted_queues(len(chosen))
    messages.success(request, f"Deleted {gone}.")
    return HttpResponseRedirect(reverse("experiments:list", args=[kind]))


def _ids(given: list[str]) -> list[UUID]:
    """Those that are ids, each once, no more than a page has."""
    found = []
    for text in given[:QUEUES_ON_A_PAGE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def address_behind(request: PageRequest, queue: Queue) -> str:
    """Where a dialog was opened: the list, or the page of the queue."""
    if request.GET.get("back") == FROM_LIST:
        return reverse("experiments:list", args=[queue_context(queue)["kind"]])
    return reverse("experiments:queue", args=[queue_context(queue)["kind"], queue.pk])

"""Networks: the list, one of them, the editor, the end of one. Everybody reads; staff write."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from experiments.api.permissions import StaffWrites
from experiments.core.errors import Conflict, InvalidInput
from experiments.models import Network
from experiments.services import networks
from experiments.web.decorators import PageRequest, signed_in, wants_fragment
from experiments.web.network import page
from experiments.web.network.form import NetworkForm
from experiments.web.network.try_form import TryForm

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]
SAVE = "save"


def staff_writes(view: View[P]) -> View[P]:
    """For staff; others are told so, and who is not signed in does that first."""

    @signed_in
    @wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_staff:
            raise PermissionDenied(StaffWrites.message)
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@signed_in
def network_list(request: PageRequest) -> HttpResponse:
    return _shown(request, "list", {"networks": page.listed()})


@require_safe
@signed_in
def network_detail(request: PageRequest, pk: int) -> HttpResponse:
    network = network_or_404(pk)
    context = {"page": page.page(network, request.user), "try_form": TryForm(network)}
    return _shown(request, "page", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_writes
def network_new(request: PageRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _editor(request, None, NetworkForm.new())
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def network_edit(request: PageRequest, pk: int) -> HttpResponseBase:
    """Who may not write is led to the page that only shows the network."""
    network = network_or_404(pk)
    if request.method != "POST":
        if not request.user.is_staff:
            return HttpResponseRedirect(address(network))
        return _editor(request, network, NetworkForm.of_network(network))
    if not request.user.is_staff:
        raise PermissionDenied(StaffWrites.message)
    return _edited(request, network)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_writes
def network_delete(request: PageRequest, pk: int) -> HttpResponseBase:
    """Asks first, on a page of its own."""
    network = network_or_404(pk)
    if request.method != "POST":
        return _shown(request, "delete", {"page": page.users_of(network)})
    try:
        networks.delete(network=network)
    except Conflict as error:
        context = {"page": page.users_of(network), "refused": error.detail}
        return _shown(request, "delete", context, status=error.status)
    messages.success(request, f"The network {network.name} is deleted.")
    return HttpResponseRedirect(reverse("experiments:networks"))


def _edited(request: PageRequest, network: Network | None) -> HttpResponseBase:
    """Saves, or does what another button of the form says and stores nothing."""
    form = NetworkForm.of_post(request.POST)
    act = request.POST.get("act", SAVE)
    if act != SAVE:
        return _editor(request, network, form.changed(act), act=act)
    values, form = form.checked(network)
    if values is None:
        return _editor(request, network, form, status=400)
    try:
        saved = networks.save(network=network, values=values, seen=_seen(form) if network else None)
    except Conflict:
        assert network is not None
        return _editor(request, network_or_404(network.pk), form, status=409)
    except InvalidInput as error:
        return _editor(request, network, form.refused(error), status=400)
    messages.success(request, f"The network {saved.name} is saved.")
    if wants_fragment(request):
        return HttpResponseClientRedirect(address(saved))
    return HttpResponseRedirect(address(saved))


def _seen(form: NetworkForm) -> datetime:
    """A page that says nothing about what it began with has seen nothing."""
    try:
        found = parse_datetime(form.seen)
    except ValueError:
        found = None
    return found or datetime.min


def _editor(
    request: PageRequest, network: Network | None, form: NetworkForm, *, status: int = 200, act: str = ""
) -> HttpResponse:
    """The form; where the network was changed by somebody else in the meantime, with what is different there."""
    theirs = NetworkForm.of_network(network) if network and status == 409 else None
    context: dict[str, Any] = {
        "network": network,
        "form": form,
        "seen": theirs.seen if theirs else form.seen,
        "theirs": theirs and form.differences(theirs),
        "focus": _focus(form, act),
    }
    part = "form" if wants_fragment(request) else "edit"
    # htmx leaves the page as it is when it gets an error.
    return _shown(request, part, context, status=200 if wants_fragment(request) else status)


def _focus(form: NetworkForm, act: str) -> str:
    """Where a person goes on: at what is wrong, at a new agent, at the button that was pressed."""
    if form.faults:
        return form.faults[0][0]
    if act == "add":
        return f"agent-{form.agents[-1].number}-key"
    return "add" if act.startswith("remove") else act


def _shown(request: PageRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"experiments/network/{name}.html", {**context, "section": "networks"}, status=status)


def network_or_404(pk: int) -> Network:
    network = Network.objects.prefetch_related("agents__routes").filter(pk=pk).first()
    if network is None:
        raise Http404
    return network


def address(network: Network) -> str:
    return reverse("experiments:network", args=[network.pk])

"""Networks: the list, the page of one, its editor, its deletion. Everybody reads; staff write."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from experiments.api.permissions import StaffWrites
from experiments.core.errors import Conflict, InvalidInput
from experiments.models import Network
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.selectors.networks import networks_with_counts
from experiments.services import network_deletion, networks
from experiments.web.decorators import PageRequest, signed_in, wants_fragment
from experiments.web.network.forms import NetworkForm, TryForm
from experiments.web.network.page import page_of_network, users_of_network
from experiments.web.schema.fields_page import FieldsOf, fields_page

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]
SAVE, THEN_FIELDS = "save", "save_then_fields"
MOVE_QUEUES, DELETE_QUEUES = "move", "gone"
"""What becomes of the queues of a network that is deleted."""


def staff_writes(view: View[P]) -> View[P]:
    """For staff: 403 for others, the login for people who are not signed in."""

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
    return _render(request, "list", {"networks": networks_with_counts()})


@require_safe
@signed_in
def network_detail(request: PageRequest, pk: int) -> HttpResponse:
    network = network_or_404(pk)
    context = {"page": page_of_network(network, request.user), "try_form": TryForm(network)}
    return _render(request, "page", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_writes
def network_new(request: PageRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _editor(request, None, NetworkForm.new())
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def network_edit(request: PageRequest, pk: int) -> HttpResponseBase:
    """People who may not write are sent to the page that only shows the network."""
    network = network_or_404(pk)
    if request.method != "POST":
        if not request.user.is_staff:
            return HttpResponseRedirect(network_address(network))
        return _editor(request, network, NetworkForm.of_network(network))
    if not request.user.is_staff:
        raise PermissionDenied(StaffWrites.message)
    return _edited(request, network)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_writes
def network_fields(request: PageRequest, pk: int) -> HttpResponseBase:
    """The fields of its schema, in the builder."""
    network = network_or_404(pk)

    def store(fields: list[dict[str, Any]]) -> None:
        schema = fields_to_schema(check_fields(fields)) if fields else None
        networks.change_schema(network_id=pk, schema=schema, by=request.user.get_username())

    page = FieldsOf(
        name=network.name,
        hint="What its answers have, unless a batch brings its own. Nothing is stored before you save.",
        back=network_address(network),
        schema=network.additional_data.get("respond_payload_schema"),
        store=store,
        context={"section": "networks"},
    )
    return fields_page(request, page)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_writes
def network_delete(request: PageRequest, pk: int) -> HttpResponseBase:
    """Asks first, on a page of its own; where queues use it, also what becomes of them."""
    network = network_or_404(pk)
    if request.method != "POST":
        return _render(request, "delete", _before_deletion(network))
    chosen = request.POST.get("queues", "")
    try:
        if chosen == DELETE_QUEUES:
            network_deletion.delete_with_queues(network=network)
        elif chosen == MOVE_QUEUES:
            to = networks.find(request.POST.get("to", ""))
            network_deletion.delete_after_move(network=network, to=to)
        else:
            networks.delete(network=network)
    except (Conflict, InvalidInput) as error:
        context = {**_before_deletion(network), "refused": error.detail}
        return _render(request, "delete", context, status=error.status)
    messages.success(request, f"Deleted the network {network.name}.")
    return HttpResponseRedirect(reverse("experiments:networks"))


def _before_deletion(network: Network) -> dict[str, Any]:
    others = list(Network.objects.exclude(pk=network.pk).order_by("name").values_list("pk", "name"))
    return {"page": users_of_network(network), "others": others, "move": MOVE_QUEUES, "delete": DELETE_QUEUES}


@require_POST
@staff_writes
def network_end_hold(request: PageRequest, pk: int) -> HttpResponseBase:
    """A person who knows that the network takes calls again need not wait."""
    network = network_or_404(pk)
    networks.end_hold(network_id=network.pk)
    messages.success(request, f"The network {network.name} is called again, with one call first.")
    return HttpResponseRedirect(network_address(network))


def _edited(request: PageRequest, network: Network | None) -> HttpResponseBase:
    """Saves the form, with one button to go on with its fields; any other changes the form and stores nothing."""
    form = NetworkForm.of_post(request.POST)
    button = request.POST.get("act", SAVE)
    if button not in (SAVE, THEN_FIELDS):
        return _editor(request, network, form.changed(button), button=button)
    values, form = form.checked(network)
    if values is None:
        return _editor(request, network, form, status=400)
    try:
        saved = networks.save(network=network, values=values, seen=form.changed_at if network else None)
    except Conflict:
        assert network is not None
        return _editor(request, network_or_404(network.pk), form, status=409)
    except InvalidInput as error:
        return _editor(request, network, form.refused(error), status=400)
    messages.success(request, f"The network {saved.name} is saved.")
    address = (
        reverse("experiments:network_fields", args=[saved.pk]) if button == THEN_FIELDS else network_address(saved)
    )
    return HttpResponseClientRedirect(address) if wants_fragment(request) else HttpResponseRedirect(address)


def _editor(
    request: PageRequest, network: Network | None, form: NetworkForm, *, status: int = 200, button: str = ""
) -> HttpResponse:
    """The form; after a 409 with the names of the fields that somebody else changed in the meantime."""
    theirs = NetworkForm.of_network(network) if network and status == 409 else None
    context: dict[str, Any] = {
        "network": network,
        "form": form,
        "seen": theirs.seen if theirs else form.seen,
        "theirs": theirs and form.differences(theirs),
        "focus": form.focus_after(button),
    }
    part = "form" if wants_fragment(request) else "edit"
    # htmx does not show the body of an error.
    return _render(request, part, context, status=200 if wants_fragment(request) else status)


def _render(request: PageRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"experiments/network/{name}.html", {**context, "section": "networks"}, status=status)


def network_or_404(pk: int) -> Network:
    network = Network.objects.prefetch_related("agents__routes").filter(pk=pk).first()
    if network is None:
        raise Http404
    return network


def network_address(network: Network) -> str:
    return reverse("experiments:network", args=[network.pk])

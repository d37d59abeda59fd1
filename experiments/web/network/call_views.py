"""Trying and testing a network: everybody who is signed in may ask for a call, and sees their own calls."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from experiments.core.errors import WorkbenchError
from experiments.models import NetworkCall
from experiments.services import network_calls
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.network.call import shown_call_of
from experiments.web.network.forms import TryForm
from experiments.web.network.page import page_of_network
from experiments.web.network.views import network_address, network_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def network_try(request: PageRequest, pk: int) -> HttpResponseBase:
    """Asks for a call and shows it; where it is refused, the network with the reason beside the field."""
    network = network_or_404(pk)
    if request.method != "POST":
        return HttpResponseRedirect(f"{network_address(network)}#try")
    form = TryForm(network, request.POST)
    if form.is_valid():
        try:
            call = network_calls.ask(network=network, user=request.user, **form.cleaned_data)
            return HttpResponseRedirect(call_address(call))
        except WorkbenchError as error:
            form.add_error(error.attr if error.attr in form.fields else None, error.detail)
    context = {"page": page_of_network(network, request.user), "try_form": form, "section": "networks"}
    return render(request, "experiments/network/page.html", context, status=400)


@require_POST
@signed_in
def network_test(request: PageRequest, pk: int) -> HttpResponseBase:
    """One call with a message of ours, to test the connection."""
    network = network_or_404(pk)
    with errors_as_messages(request):
        call = network_calls.ask(network=network, user=request.user, user_message=network_calls.TEST_MESSAGE)
        return HttpResponseRedirect(call_address(call))
    return HttpResponseRedirect(network_address(network))


@require_safe
@signed_in
def network_tried(request: PageRequest, pk: int, call_id: UUID) -> HttpResponse:
    """What came back; until then the page polls every second."""
    calls = NetworkCall.objects.for_user(request.user).select_related("network", "owner")
    call = calls.filter(pk=call_id, network=pk).first()
    if call is None:
        raise Http404
    shown = shown_call_of(call)
    if not wants_fragment(request):
        again = {"user_message": call.user_message, "agent_key": call.agent_key, "debug": call.debug}
        form = TryForm(network_or_404(pk), initial={**again, "system_params": shown.system_params})
        context = {"call": shown, "network": call.network, "try_form": form, "section": "networks"}
        return render(request, "experiments/network/call.html", context)
    if shown.fingerprint in request.GET.getlist("has"):
        return HttpResponse(status=204)
    status = 200 if shown.polls else HTMX_STOP_POLLING
    return render(request, "experiments/network/call_updates.html", {"call": shown}, status=status)


def call_address(call: NetworkCall) -> str:
    return reverse("experiments:network_tried", args=[call.network_id, call.pk])

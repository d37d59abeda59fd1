"""The dialogs that share a queue, or several."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from experiments.core.choices import Role
from experiments.core.errors import InvalidInput
from experiments.kinds import QueueKind
from experiments.models import Queue
from experiments.models.sharing import SHARED_ROLES
from experiments.selectors.shares import shares_of_queue
from experiments.services import sharing
from experiments.web.decorators import PageRequest, signed_in, wants_fragment
from experiments.web.queue.base import queue_context, queue_or_404, render_dialog
from experiments.web.queue_list.views import GET_OR_POST, address_behind, chosen_or_404, none_chosen

CAN = {Role.EDITOR: "Can edit", Role.VIEWER: "Can view"}
CHOICES = [(role, CAN[Role(role)]) for role, _ in reversed(SHARED_ROLES)]
LARGEST_ID = 2**63 - 1


class ShareForm(forms.Form):
    """`user` is the name that they sign in with; without one it is everybody."""

    user = forms.CharField(
        max_length=150, required=False, label="User name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=CHOICES, label="Role")


@require_http_methods(GET_OR_POST)
@signed_in
def shares(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """Who has it, and another one; `everyone` in a form is everybody, `remove` ends a share."""
    queue = queue_or_404(kind, request, queue_id, Role.OWNER)
    form = ShareForm()
    if request.method == "POST":
        form = ShareForm(request.POST)
        if _is_done(request, form, queue):
            if not wants_fragment(request):
                return HttpResponseRedirect(request.get_full_path())
            form = ShareForm()
    shared = [(one, CAN[Role(one.role)]) for one in shares_of_queue(queue)]
    shown = {
        "form": form,
        "shares": shared,
        "everyone": next((one for one, _ in shared if one.everyone), None),
        "address": request.build_absolute_uri(reverse("experiments:queue", args=[kind, queue.pk])),
        "target": request.get_full_path(),
        "cancel": address_behind(request, queue),
    }
    context, status = queue_context(queue, **shown), 400 if form.errors else 200
    return render_dialog(request, "experiments/queue_list/shares.html", context, status)


@require_http_methods(GET_OR_POST)
@signed_in
def share_some(request: PageRequest, kind: QueueKind) -> HttpResponse:
    """Those that are ticked, all with the same user or with everybody."""
    chosen = chosen_or_404(request, kind, Role.OWNER)
    if not chosen:
        return none_chosen(request, kind, "share")
    address = reverse("experiments:list", args=[kind])
    form = ShareForm(request.POST) if request.method == "POST" else ShareForm()
    if form.is_bound:
        name = _name_of(request, form)
        if form.is_valid() and _shared_all(chosen, form, name):
            with_whom = name or "everyone who is signed in"
            messages.success(request, f"Shared {kind.nouns.counted_queues(len(chosen))} with {with_whom}.")
            return HttpResponseRedirect(address)
    target = reverse("experiments:share_some", args=[kind])
    shown = {
        "kind": kind,
        "nouns": kind.nouns,
        "chosen": chosen,
        "form": form,
        "target": target,
        "cancel": address,
    }
    return render_dialog(request, "experiments/queue_list/share_some.html", shown, 400 if form.errors else 200)


def _shared_all(chosen: list[Queue], form: ShareForm, name: str | None) -> bool:
    """All of them or, with the reason in the form, none."""
    try:
        with transaction.atomic():
            for queue in chosen:
                sharing.share(queue=queue, role=Role(form.cleaned_data["role"]), user_name=name)
    except InvalidInput as error:
        form.add_error("user", error.detail)
        return False
    return True


def _name_of(request: PageRequest, form: ShareForm) -> str | None:
    """With whom: none is everybody. The form gets an error where it says nobody."""
    if "everyone" in request.POST:
        return None
    if form.is_valid() and not form.cleaned_data["user"]:
        form.add_error("user", "Give the name that they sign in with.")
    return str(form.cleaned_data.get("user", ""))


def _is_done(request: PageRequest, form: ShareForm, queue: Queue) -> bool:
    removed = request.POST.get("remove", "")
    if removed:
        if removed.isascii() and removed.isdecimal() and int(removed[:19]) <= LARGEST_ID:
            sharing.unshare(queue=queue, share_id=int(removed[:19]))
        return True
    name = _name_of(request, form)
    return form.is_valid() and _shared_all([queue], form, name)

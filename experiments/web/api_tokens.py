"""A user's own API tokens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from experiments.core.errors import Gone, InvalidInput
from experiments.models import ApiToken
from experiments.services import api_tokens, quotas
from experiments.web.base_form import BaseForm
from experiments.web.decorators import PageRequest, signed_in

MAX_REVOKED = 20


DAYS = {"": "Never", 7: "In 7 days", 30: "In 30 days", 90: "In 90 days", 365: "In 1 year"}


class TokenForm(BaseForm):
    name = forms.CharField(
        max_length=100,
        help_text="The program that will use it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "nightly import"}),
    )
    days = forms.TypedChoiceField(
        choices=list(DAYS.items()), coerce=int, empty_value=None, required=False, label="Expires"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(request: PageRequest) -> HttpResponse:
    """The list. A new token is only in the answer to its form."""
    if request.method != "POST":
        return _render(request, TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _render(request, form, status=400)
    try:
        api_token, key = api_tokens.create(user=request.user, **form.cleaned_data)
    except InvalidInput as error:
        form.add_error(error.attr, error.detail)
        return _render(request, form, status=400)
    return _render(request, TokenForm(), made=api_token, key=key)


@require_POST
@signed_in
def revoke_token(request: PageRequest, token_id: int) -> HttpResponse:
    try:
        api_token = api_tokens.revoke(user=request.user, token_id=token_id)
    except Gone:
        raise Http404 from None
    messages.success(request, f"Token “{api_token.name}” revoked.")
    return HttpResponseRedirect(reverse("experiments:tokens"))


def _render(request: PageRequest, form: TokenForm, *, status: int = 200, **made: Any) -> HttpResponse:
    own = ApiToken.objects.filter(user=request.user)
    context = {
        "form": form,
        "active": own.filter(revoked_at=None),
        "revoked": own.exclude(revoked_at=None).order_by("-revoked_at")[:MAX_REVOKED],
        "section": "tokens",
        "usage": quotas.usage_in_words(request.user),
        **made,
    }
    return render(request, "experiments/api_tokens.html", context, status=status)

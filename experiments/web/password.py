"""A user's own password."""

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from experiments.services import passwords
from experiments.web.base_form import BaseForm
from experiments.web.decorators import PageRequest, signed_in


class PasswordForm(BaseForm, PasswordChangeForm):
    error_messages = {  # noqa: RUF012  as in Django
        "password_mismatch": "The two passwords don’t match.",
        "password_incorrect": "Wrong password.",
    }
    new_password2 = forms.CharField(
        label="Confirm new password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    end_tokens = forms.BooleanField(
        required=False,
        label="Also revoke my API tokens",
        help_text="Programs that use them can’t call the API anymore.",
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def password(request: PageRequest) -> HttpResponse:
    """Sessions elsewhere end with the old password; this one stays."""
    form = PasswordForm(request.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "experiments/password.html", {"form": form, "section": "password"}, status=status)
    given = form.cleaned_data
    ended = passwords.set_password(user=request.user, password=given["new_password1"], end_tokens=given["end_tokens"])
    update_session_auth_hash(request, request.user)
    more = f" {ended} token{'' if ended == 1 else 's'} revoked." if given["end_tokens"] else ""
    messages.success(request, f"Password changed. Other browsers are signed out.{more}")
    return HttpResponseRedirect(reverse("experiments:password"))

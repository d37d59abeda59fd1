"""People in the admin: users, and their API tokens without the tokens themselves."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest

from experiments.admin.acts import Act, action
from experiments.admin.base import DeskAdmin, ReadOnly
from experiments.models import ApiToken, Queue
from experiments.selectors.queues import counted_by_kind
from experiments.services import api_tokens, passwords


class PasswordResetForm(AdminPasswordChangeForm):
    end_tokens = forms.BooleanField(required=False, initial=True, label="Revoke the user’s API tokens")

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            user = super().save(commit)
            passwords.changed(user=user, end_tokens=self.cleaned_data["end_tokens"])
        return user


admin.site.unregister(get_user_model())
admin.site.unregister(Group)


@admin.register(get_user_model())
class WorkbenchUserAdmin(UserAdmin):
    """A new password for somebody also ends their API tokens, unless staff say otherwise."""

    section = "People"
    change_password_form = PasswordResetForm
    change_user_password_template = "admin/set_password.html"  # noqa: S105  a template
    show_full_result_count = False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """In numbers: Django would read each run of theirs to list it."""
        users = list(objs)
        theirs = Queue.objects.filter(created_by__in=users).top_level()
        what = [f"{counted_by_kind(theirs)} with their rows and runs"] if theirs.exists() else []
        listed = [str(user) for user in users]
        return [*listed, [*what, "API tokens and saved views"]], {"users": len(users)}, set(), []


@admin.register(Group)
class WorkbenchGroupAdmin(GroupAdmin):
    section, place = "People", 1


REVOKE = Act(
    key="revoke",
    name="Revoke",
    done="revoked",
    not_so=("has ended already", "have ended already"),
    eligible=lambda found: found.in_force().select_related("user"),  # type: ignore[attr-defined]
    do=lambda request, token, _: api_tokens.revoke(user=token.user, token_id=token.pk),
    effect="Programs that use them are refused from now on. This can’t be undone.",
)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, DeskAdmin):
    """Of a token only its beginning is shown: that is all that the site knows of it, beside a hash."""

    names = ("API token", "API tokens")
    section, place = "People", 2
    list_display = ("prefix", "name", "user", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("last_used_at", admin.DateFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("=prefix", "name", "user__username")
    hidden = ("sha256",)
    actions = (action(REVOKE),)

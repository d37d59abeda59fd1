"""Networks in the admin, with their agents. Credentials can be written, never read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.admin.acts import Act, action
from experiments.admin.base import DeskAdmin, fold
from experiments.models import Agent, Network
from experiments.services import networks

STAYS = "Never shown. Leave it empty to keep the stored one."
HOLDS = (("15", "15 minutes"), ("60", "1 hour"), ("480", "8 hours"), ("1440", "24 hours"), ("10080", "7 days"))
SECRETS = ("token", "remove_token", "api_key", "remove_api_key")
"""Fields of the form that are no columns."""

WHERE = (
    *("run_url", "stored_token", "token", "remove_token", "config_url", "remote_name", "transient_400"),
    *("stored_endpoint", "api_key", "remove_api_key"),
)
CALLS = (
    *("version", "max_steps", "timeout_s", "max_concurrency", "requests_per_minute", "tokens_per_minute"),
    *("price_input", "price_output", "currency"),
)


def held(found: QuerySet[Any]) -> QuerySet[Any]:
    return found.filter(held_until__gt=Now())


HOLD = Act(
    key="hold",
    name="Hold",
    done="on hold",
    not_so=("was on hold already", "were on hold already"),
    eligible=lambda found: found.filter(Q(held_until=None) | Q(held_until__lte=Now())),
    do=lambda request, network, minutes: networks.hold(
        network_id=network.pk, minutes=int(minutes), by=request.user.get_username()
    ),
    effect="Calls in progress finish. Rows wait until the hold ends or you release it. Nothing is paused.",
    choices=HOLDS,
    question="For how long?",
)
RELEASE = Act(
    key="release",
    name="Release",
    done="released",
    not_so=("wasn’t on hold", "weren’t on hold"),
    eligible=held,
    do=lambda request, network, _: networks.end_hold(network_id=network.pk),
    effect="Calls begin again at once. A network that is rate limited may refuse them.",
)


class HoldFilter(admin.SimpleListFilter):
    title, parameter_name = "hold", "hold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("on", "On hold")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return held(queryset) if self.value() else queryset


class NetworkForm(forms.ModelForm):
    token = forms.CharField(required=False, strip=False, widget=forms.PasswordInput(), help_text=STAYS)
    remove_token = forms.BooleanField(required=False, label="Remove the stored token")
    api_key = forms.CharField(
        required=False,
        strip=False,
        label="API key of the model",
        widget=forms.PasswordInput(),
        help_text=f"Of a network of this site with an endpoint of its own. {STAYS}",
    )
    remove_api_key = forms.BooleanField(required=False, label="Remove the stored API key")

    class Meta:
        model = Network
        fields = "__all__"  # noqa: DJ007  as `NetworkAdmin.fieldsets` says

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        if self.cleaned_data.get("api_key") and not self.instance.endpoint_settings:
            self.add_error("api_key", "This network has no endpoint of its own. Set its base URL on its page first.")
        elif self.new_api_key is not None:
            try:
                self.instance.endpoint  # noqa: B018  whether it can be opened
            except ValueError as error:
                raise ValidationError(str(error)) from error
        return values

    @property
    def new_token(self) -> str | None:
        """None: what is stored stays."""
        return self._new("token")

    @property
    def new_api_key(self) -> str | None:
        return self._new("api_key") if self.instance.endpoint_settings else None

    def _new(self, name: str) -> str | None:
        if self.cleaned_data.get(name):
            return str(self.cleaned_data[name])
        return "" if self.cleaned_data.get(f"remove_{name}") else None


class AgentInline(admin.StackedInline):
    model = Agent
    extra = 0
    show_change_link = False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # To agents of its own network.
        match = request.resolver_match
        kwargs["queryset"] = Agent.objects.filter(network_id=match.kwargs.get("object_id", 0) if match else 0)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Network)
class NetworkAdmin(DeskAdmin):
    form = NetworkForm
    section = "Networks"
    list_display = ("name", "where", "on_hold", "max_concurrency", "timeout_s", "updated_at")
    list_filter = (HoldFilter,)
    search_fields = ("name", "run_url")
    inlines = (AgentInline,)
    actions = (action(HOLD), action(RELEASE))
    readonly_fields = ("on_hold", "stored_token", "stored_endpoint")
    fieldsets = (
        (None, {"fields": ("name", "description", "on_hold")}),
        ("Where it runs", {"fields": WHERE}),
        ("Calls", {"fields": CALLS}),
        ("Response schema", {"classes": ("collapse",), "fields": ("users_may_update_schema", "additional_data")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Network]:
        return super().get_queryset(request).order_by("name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On its page, which says what becomes of the batches that use it."""
        return False

    def view_on_site(self, network: Network) -> str:
        return reverse("experiments:network", args=[network.pk])

    def save_model(self, request: HttpRequest, obj: Network, form: Any, change: bool) -> None:
        """What was changed and nothing else: workers write holds and starts write schemas into the same row."""
        values = {name: form.cleaned_data[name] for name in form.changed_data if name not in SECRETS}
        if form.new_token is not None:
            values["run_token"] = form.new_token
        if form.new_api_key is not None and obj.endpoint is not None:
            values["endpoint"] = {**obj.endpoint, "api_key": form.new_api_key}
        if values or not change:
            networks.save(network=obj, values=values)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(one.has_changed() for one in formsets):
            networks.agents_changed(network=form.instance)

    @admin.display(description="Where", ordering="run_url")
    def where(self, network: Network) -> str:
        return network.run_url or "This site"

    @admin.display(description="Hold", empty_value="–", ordering="held_until")
    def on_hold(self, network: Network) -> SafeString | None:
        hold = network.hold
        if hold is None:
            return None
        until = dateformat.format(timezone.localtime(hold.until), "M j, g:i A")
        return format_html('<span class="st warn">Until {}</span> {}', until, hold.reason)

    @admin.display(description="Stored token")
    def stored_token(self, network: Network) -> str:
        return "There is one." if network.sealed_token else "None."

    @admin.display(description="Endpoint of its model")
    def stored_endpoint(self, network: Network) -> Any:
        return fold(network.endpoint_settings) if network.endpoint_settings else "The site’s."

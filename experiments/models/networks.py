"""Networks of agents, and single calls of them that a person asked for."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from experiments.core.choices import CallState
from experiments.core.cost import CURRENCY, DEFAULT_CURRENCY, PRICE_DIGITS, PRICE_PLACES, Price, Prices
from experiments.core.errors import InvalidInput
from experiments.models import encryption
from experiments.models.fields import OrderedJSONField
from experiments.models.querysets import RunQuerySet
from experiments.models.run_hosts import check_run_url


def price_field(help_text: str) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(
        max_digits=PRICE_DIGITS,
        decimal_places=PRICE_PLACES,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=help_text,
    )


@dataclass(frozen=True, slots=True)
class Hold:
    """`reason`: in the words of who refused a call."""

    since: datetime | None
    until: datetime
    reason: str


class Network(models.Model):
    """Agents that answer a run: a remote one at `run_url`, or this site's own runtime where that is blank."""

    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    additional_data = OrderedJSONField(default=dict, blank=True)
    run_url = models.CharField(max_length=500, blank=True)
    sealed_token = models.TextField(blank=True, editable=False)
    config_url = models.CharField(max_length=500, blank=True)
    remote_name = models.CharField(max_length=200, blank=True, help_text="What the remote calls it; empty: as here.")
    transient_400 = models.BooleanField(
        null=True, blank=True, help_text="Empty: where there is a configuration URL, which such runtimes have."
    )
    version = models.IntegerField(null=True, blank=True)
    max_steps = models.PositiveIntegerField(null=True, blank=True)
    timeout_s = models.PositiveIntegerField(default=120)
    max_concurrency = models.PositiveIntegerField(default=16)
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    price_input = price_field("For a million tokens that go in; empty: not known.")
    price_output = price_field("For a million tokens that come out; empty: not known.")
    currency = models.CharField(
        max_length=3,
        default=DEFAULT_CURRENCY,
        db_default=DEFAULT_CURRENCY,
        validators=[RegexValidator(CURRENCY + r"\Z", "Give a code of three capital letters, such as USD or EUR.")],
        help_text="Of its prices, and of what the network itself says that a run cost: a code such as USD.",
    )
    held_until = models.DateTimeField(null=True, blank=True, help_text="Until then no row is called over it.")
    held_since = models.DateTimeField(null=True, blank=True, editable=False)
    hold_reason = models.TextField(
        blank=True, default="", db_default="", editable=False, help_text="As the provider says it."
    )
    endpoint_settings = models.JSONField(
        null=True, blank=True, editable=False, help_text="Of its own endpoint, without credentials; empty: the site's."
    )
    sealed_endpoint = models.TextField(blank=True, editable=False)
    users_may_update_schema = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(timeout_s__gte=1, timeout_s__lte=600), name="network_timeout_in_bounds"),
            models.CheckConstraint(condition=Q(max_concurrency__gte=1), name="network_max_concurrency_positive"),
            models.CheckConstraint(
                condition=Q(requests_per_minute__gte=1), name="network_requests_per_minute_positive"
            ),
            models.CheckConstraint(condition=Q(tokens_per_minute__gte=1), name="network_tokens_per_minute_positive"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """For the admin: the same check of addresses as elsewhere."""
        for attr in ("run_url", "config_url"):
            try:
                if getattr(self, attr):
                    check_run_url(getattr(self, attr), attr=attr)
            except InvalidInput as error:
                raise ValidationError({attr: error.detail}, code=error.code) from error

    @property
    def tries_400_again(self) -> bool:
        """Whether a row that is answered with 400 is called again."""
        return bool(self.config_url) if self.transient_400 is None else self.transient_400

    @property
    def hold(self) -> "Hold | None":
        """While it is held: since when, until when, and why. None where it may be called."""
        until = self.held_until
        if until is None or until <= timezone.now():
            return None
        return Hold(self.held_since, until, self.hold_reason)

    @property
    def run_token(self) -> str:
        return encryption.decrypt(self.sealed_token)

    @run_token.setter
    def run_token(self, token: str) -> None:
        self.sealed_token = encryption.encrypt(token)

    @property
    def endpoint(self) -> dict[str, Any] | None:
        """Where the model of its agents is: `{base_url, model, temperature, max_output_tokens, api_key, headers}`, with
        "" or None for what is the site's. None: all is. `ValueError` where none of the field keys opens it."""
        if self.endpoint_settings is None:
            return None
        plain = {key: value for key, value in self.endpoint_settings.items() if key not in ("has_api_key", "headers")}
        secrets: dict[str, Any] = json.loads(encryption.decrypt(self.sealed_endpoint) or "{}")
        return {**plain, "api_key": secrets.get("api_key", ""), "headers": secrets.get("headers", {})}

    @endpoint.setter
    def endpoint(self, endpoint: Mapping[str, Any] | None) -> None:
        """What is stored without being sealed says of the credentials only which there are."""
        if endpoint is None:
            self.endpoint_settings, self.sealed_endpoint = None, ""
            return
        secrets = {name: endpoint[name] for name in ("api_key", "headers")}
        self.sealed_endpoint = encryption.encrypt(json.dumps(secrets)) if any(secrets.values()) else ""
        self.endpoint_settings = {
            **{name: value for name, value in endpoint.items() if name not in secrets},
            "has_api_key": bool(endpoint["api_key"]),
            "headers": list(endpoint["headers"]),
        }

    @property
    def prices(self) -> Prices:
        """Its own, and those of its agents that have some."""
        own = {agent.key: Price(agent.price_input, agent.price_output) for agent in self.agents.all()}
        agents = {key: price for key, price in own.items() if price.is_known}
        return Prices(Price(self.price_input, self.price_output), agents)


class NetworkBudget(models.Model):
    """What is left of a network's limits a minute, and what was learned of those that nobody told: `worker.budget`.

    Networks that were never limited or refused have none. `pace_…` is the curve of `worker.learned`, empty where it
    is not known. The rest is about refusals: see `worker.holds`.
    """

    network = models.OneToOneField(
        Network, on_delete=models.DO_NOTHING, primary_key=True, related_name="budget", db_constraint=False
    )
    requests = models.FloatField(null=True, help_text="Calls that may begin; empty: there is no limit.")
    tokens = models.FloatField(null=True, help_text="Below 0 while more were used. Empty: there is no limit.")
    tokens_per_call = models.FloatField(null=True, help_text="Average; empty: none has ended yet.")
    filled_at = models.DateTimeField()
    pace_top = models.FloatField(null=True, help_text="Calls a second: about where it refuses.")
    pace_low = models.FloatField(null=True, help_text="Calls a second: from where it began to rise.")
    pace_since = models.DateTimeField(null=True, help_text="When it began to rise.")
    pace_s = models.FloatField(null=True, help_text="Seconds from there to the top.")
    in_vain = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How much speaks for it that it refuses at any pace."
    )
    unpaced_until = models.DateTimeField(null=True, help_text="Until then no pace is learned.")
    refused_since = models.DateTimeField(null=True, help_text="First refusal since the last call that was none.")
    refused_until = models.DateTimeField(null=True, help_text="Until then it surely took no calls.")
    refusals = models.PositiveIntegerField(default=0, db_default=0, help_text="Holds in a row.")
    passed = models.FloatField(default=0, db_default=0, help_text="Calls that it took since measured_from.")
    measured_from = models.DateTimeField(null=True)
    probing = models.BooleanField(default=False, db_default=False, help_text="After a hold: one call first.")
    probe_at = models.DateTimeField(null=True, help_text="When that one began.")
    windows = models.JSONField(null=True, help_text="What its headers say is left: see `worker.windows`.")

    def __str__(self) -> str:
        return f"budget of {self.network_id}"


class EndpointDialect(models.Model):
    """What an endpoint refused of a request, for all processes; see `runtime.dialects`. `key` is a digest of endpoint,
    model and schema."""

    key = models.CharField(max_length=64, primary_key=True)
    dialect = models.JSONField()
    learned_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Agent(models.Model):
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="agents")
    key = models.CharField(max_length=100)
    display_name = models.CharField(max_length=200, blank=True)
    prompt = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)
    allow_respond = models.BooleanField(default=True)
    routes = models.ManyToManyField("self", symmetrical=False, blank=True)
    model = models.CharField(max_length=200, blank=True)
    price_input = price_field("For a million tokens of its model; empty: the network's price.")
    price_output = price_field("For a million tokens of its model; empty: the network's price.")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("network", "key"), name="agent_key_unique_in_network"),
            models.UniqueConstraint(
                fields=("network",), condition=Q(is_default=True), name="one_default_agent_a_network"
            ),
        )

    def __str__(self) -> str:
        return self.display_name or self.key


class NetworkCall(models.Model):
    """One call of a network that a person asked for, to try or to test it: the raw answer, and what it means.

    `lease_id` belongs to the worker that makes the call; `beat` is that worker's last sign of life.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="calls")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    agent_key = models.CharField(max_length=100, blank=True)
    user_message = models.TextField(blank=True)
    system_params = models.JSONField(default=dict, blank=True)
    debug = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=CallState.choices(), default=CallState.WAITING)
    lease_id = models.UUIDField(null=True, blank=True)
    beat = models.DateTimeField(null=True, blank=True)
    enqueued_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=list, blank=True, help_text="[[name, value]], those that matter.")
    body = models.TextField(blank=True, help_text="Its beginning, as text.")
    body_bytes = models.PositiveIntegerField(default=0)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=32, blank=True)
    understood = models.JSONField(default=list, blank=True, help_text="Sentences.")
    trace_id = models.TextField(blank=True, help_text="Of the run that was stored; empty: none came back.")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "id")
        indexes = (
            models.Index(fields=("enqueued_at",), condition=~Q(state=CallState.DONE), name="network_call_open"),
            models.Index(fields=("network", "owner", "-created_at"), name="network_call_list"),
        )

    def __str__(self) -> str:
        return f"call of {self.network_id}: {self.state}"

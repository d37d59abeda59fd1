"""The JSON of networks and their agents."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from experiments.api.serializers.fields import MoneyField, StoredObjectField, money_field, raise_as_validation_error
from experiments.core.choices import ErrorCode
from experiments.core.cost import PRICE_DIGITS, PRICE_PLACES, as_number
from experiments.core.errors import InvalidInput, Part
from experiments.models import Agent, Network
from experiments.models.run_hosts import check_endpoint_url, check_run_url, same_origin
from experiments.response_schema import check_schema
from experiments.runtime.endpoint_headers import UnreadableHeaders, check_headers

BLANK_ENDPOINT: dict[str, Any] = {
    "base_url": "",
    "model": "",
    "temperature": None,
    "max_output_tokens": None,
    "api_key": "",
    "headers": {},
}

PRICES = ("price_input", "price_output")


def price_field(help_text: str) -> MoneyField:
    return money_field(help_text, max_digits=PRICE_DIGITS, decimal_places=PRICE_PLACES)


MOST_A_MINUTE = 2_000_000_000


def check_response_data(data: Mapping[str, Any]) -> None:
    """Checks the three keys of `additional_data` that describe an answer. `InvalidInput`: `part.key` is the bad one."""
    schema = data.get("respond_payload_schema")
    if schema is not None:
        check_schema(schema)
    for key, kind, sentence in (
        ("respond_payload_guidance", str, "must be a text"),
        ("respond_payload_example", dict, "must be an object"),
    ):
        if not isinstance(data.get(key) or kind(), kind):
            raise InvalidInput(f"{key} {sentence}.", code=ErrorCode.INVALID, part=Part(key=key))


class AgentSerializer(serializers.ModelSerializer[Agent]):
    price_input = price_field("Of its model, for a million tokens that go in; null: the network's.")
    price_output = price_field("Of its model, for a million tokens that come out; null: the network's.")
    routes = serializers.ListField(child=serializers.CharField(), required=False, help_text="Keys of other agents.")

    class Meta:
        model = Agent
        fields = ("key", "display_name", "prompt", "is_default", "allow_respond", "routes", "model", *PRICES)
        validators: tuple[Any, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # In a PATCH no field is required, but agents are replaced as a whole.
        if "key" not in attrs:
            raise serializers.ValidationError({"key": "This field is required."}, code=ErrorCode.REQUIRED)
        return attrs

    def to_representation(self, instance: Agent) -> dict[str, Any]:
        fields = ("key", "display_name", "prompt", "is_default", "allow_respond", "model")
        return {
            **{name: getattr(instance, name) for name in fields},
            "routes": [a.key for a in instance.routes.all()],
            **{name: as_number(getattr(instance, name)) for name in PRICES},
        }


class EndpointSerializer(serializers.Serializer[Any]):
    """Where the model of a network is. What a change does not name stays; in `headers` null keeps the stored value."""

    base_url = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="Before `/chat/completions`. Blank: the site's."
    )
    model = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Of agents that name none."
    )
    api_key = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=4000)
    has_api_key = serializers.BooleanField(read_only=True)
    headers = serializers.DictField(
        child=serializers.CharField(allow_null=True, trim_whitespace=False),
        required=False,
        help_text="Values are not shown.",
    )
    temperature = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=2)
    max_output_tokens = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10_000_000)

    def get_attribute(self, instance: Network) -> Any:
        return instance.endpoint_settings

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**instance, "headers": dict.fromkeys(instance["headers"])}

    def validate_base_url(self, url: str) -> str:
        if url:
            raise_as_validation_error(check_endpoint_url, url)
        return url

    def validate_api_key(self, key: str) -> str:
        if not (key.isascii() and key.isprintable()):
            raise serializers.ValidationError("A key goes into a header: it can have printable ASCII characters only.")
        return key

    def validate_headers(self, headers: dict[str, str | None]) -> dict[str, str | None]:
        try:
            check_headers({name: "kept" if value is None else value for name, value in headers.items()})
        except UnreadableHeaders as error:
            raise serializers.ValidationError(str(error)) from error
        return headers

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With what is stored; credentials stay with the address that they were given for."""
        network = getattr(self.root, "instance", None)
        stored = (network.endpoint if isinstance(network, Network) else None) or BLANK_ENDPOINT
        moved = not same_origin(stored["base_url"], attrs.get("base_url", stored["base_url"]))
        given = {name for name, value in attrs.get("headers", {}).items() if value is not None}
        if moved and "api_key" not in attrs and stored["api_key"]:
            raise serializers.ValidationError(
                {"api_key": "The key was given for another address. Give it again, or remove it."},
                code=ErrorCode.REQUIRED,
            )
        headers = {}
        for name in attrs.get("headers", stored["headers"]):
            if name not in given and (moved or name not in stored["headers"]):
                raise serializers.ValidationError(
                    {"headers": f"Give a value for the header {name}: none is stored for this address."},
                    code=ErrorCode.REQUIRED,
                )
            headers[name] = attrs["headers"][name] if name in given else stored["headers"][name]
        endpoint = {**stored, **attrs, "headers": headers}
        if endpoint["base_url"] and not endpoint["model"]:
            raise serializers.ValidationError(
                {"model": "Name the model: the site’s is at another address."}, code=ErrorCode.REQUIRED
            )
        if endpoint["api_key"] and "authorization" in map(str.lower, headers):
            raise serializers.ValidationError(
                {"headers": "The key is sent as Authorization. Leave one of the two out."}, code=ErrorCode.INVALID
            )
        return endpoint


class HoldSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField(read_only=True)
    reason = serializers.CharField(read_only=True, help_text="In the words of who refused a call.")


class NetworkSerializer(serializers.ModelSerializer[Network]):
    agents = AgentSerializer(many=True, required=False)
    run_token = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=4000)
    timeout_s = serializers.IntegerField(min_value=1, max_value=600, required=False)
    max_concurrency = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    endpoint = EndpointSerializer(
        required=False,
        allow_null=True,
        help_text="Of the model, for a network that this site answers; null: the site's.",
    )
    requests_per_minute = serializers.IntegerField(
        min_value=1, max_value=MOST_A_MINUTE, required=False, allow_null=True, help_text="Null: no limit."
    )
    tokens_per_minute = serializers.IntegerField(
        min_value=1, max_value=MOST_A_MINUTE, required=False, allow_null=True, help_text="Null: no limit."
    )
    hold = HoldSerializer(read_only=True, allow_null=True, help_text="While the network takes no calls.")
    additional_data = StoredObjectField(required=False)
    price_input = price_field("For a million tokens that go in; null: not known.")
    price_output = price_field("For a million tokens that come out; null: not known.")

    class Meta:
        model = Network
        fields = (
            "id",
            "name",
            "description",
            "run_url",
            "run_token",
            "config_url",
            "remote_name",
            "transient_400",
            "version",
            "max_steps",
            "timeout_s",
            "max_concurrency",
            "requests_per_minute",
            "tokens_per_minute",
            "hold",
            "endpoint",
            *PRICES,
            "currency",
            "users_may_update_schema",
            "additional_data",
            "agents",
        )

    def validate_run_token(self, token: str) -> str:
        if not (token.isascii() and token.isprintable()):
            raise serializers.ValidationError(
                "A token goes into a header: it can have printable ASCII characters only."
            )
        return token

    def validate_run_url(self, url: str) -> str:
        if url:
            raise_as_validation_error(check_run_url, url)
        return url

    def validate_config_url(self, url: str) -> str:
        if url:
            raise_as_validation_error(check_run_url, url)
        return url

    def validate_endpoint(self, endpoint: dict[str, Any] | None) -> dict[str, Any] | None:
        """None where nothing is the network's own."""
        return endpoint if endpoint and any(value not in ("", None, {}) for value in endpoint.values()) else None

    def validate_additional_data(self, data: dict[str, Any]) -> dict[str, Any]:
        raise_as_validation_error(check_response_data, data)
        return data

    def validate_agents(self, agents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [agent["key"] for agent in agents]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise serializers.ValidationError(f"The key {sorted(repeated)[0]} is used twice.")
        if sum(agent.get("is_default", False) for agent in agents) > 1:
            raise serializers.ValidationError("Only one agent can be the default.")
        for agent in agents:
            unknown = [key for key in agent.get("routes", []) if key not in keys]
            if unknown:
                raise serializers.ValidationError(
                    f"Agent {agent['key']} has a route to {unknown[0]}, which isn’t an agent."
                )
        return agents

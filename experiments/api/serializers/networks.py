"""The JSON of networks and their agents."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from experiments.api.serializers.fields import StoredObjectField, raise_as_validation_error
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part
from experiments.models import Agent, Network
from experiments.models.run_hosts import check_run_url
from experiments.response_schema import check_schema


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
    routes = serializers.ListField(child=serializers.CharField(), required=False, help_text="Keys of other agents.")

    class Meta:
        model = Agent
        fields = ("key", "display_name", "prompt", "is_default", "allow_respond", "routes", "model")
        validators: tuple[Any, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # In a PATCH no field is required, but agents are replaced as a whole.
        if "key" not in attrs:
            raise serializers.ValidationError({"key": "This field is required."}, code=ErrorCode.REQUIRED)
        return attrs

    def to_representation(self, instance: Agent) -> dict[str, Any]:
        fields = ("key", "display_name", "prompt", "is_default", "allow_respond", "model")
        return {**{name: getattr(instance, name) for name in fields}, "routes": [a.key for a in instance.routes.all()]}


class NetworkSerializer(serializers.ModelSerializer[Network]):
    agents = AgentSerializer(many=True, required=False)
    run_token = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=4000)
    timeout_s = serializers.IntegerField(min_value=1, max_value=600, required=False)
    max_concurrency = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    additional_data = StoredObjectField(required=False)

    class Meta:
        model = Network
        fields = (
            "id",
            "name",
            "description",
            "run_url",
            "run_token",
            "config_url",
            "transient_400",
            "version",
            "max_steps",
            "timeout_s",
            "max_concurrency",
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
                    f"Agent {agent['key']} has a route to {unknown[0]}, which is no agent."
                )
        return agents

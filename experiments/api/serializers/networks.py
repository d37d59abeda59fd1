"""The JSON of networks and runs."""

from typing import Any

from rest_framework import serializers

from experiments.core.errors import InvalidInput
from experiments.core.json_text import BadPayload, strict
from experiments.models import Agent, Network, NetworkCall, Run
from experiments.models.run_hosts import check_run_url
from experiments.response_schema import check_schema


class StoredObjectField(serializers.DictField):
    """A JSON object that the database can keep and give back unchanged."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        try:
            strict(value, self.field_name or "the object")
        except BadPayload as problem:
            raise serializers.ValidationError(f"{problem}.", code="invalid_text") from problem
        return value


class AgentSerializer(serializers.ModelSerializer[Agent]):
    routes = serializers.ListField(child=serializers.CharField(), required=False, help_text="Keys of other agents.")

    class Meta:
        model = Agent
        fields = ("key", "display_name", "prompt", "is_default", "allow_respond", "routes", "model")
        validators: tuple[Any, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # A PATCH makes no field of the network required, but it gives its agents as a whole.
        if "key" not in attrs:
            raise serializers.ValidationError({"key": "This field is required."}, code="required")
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
            _or_validation_error(check_run_url, url)
        return url

    def validate_config_url(self, url: str) -> str:
        if url:
            _or_validation_error(check_run_url, url)
        return url

    def validate_additional_data(self, data: dict[str, Any]) -> dict[str, Any]:
        schema = data.get("respond_payload_schema")
        if schema is not None:
            _or_validation_error(check_schema, schema)
        if not isinstance(data.get("respond_payload_guidance") or "", str):
            raise serializers.ValidationError("respond_payload_guidance must be a text.")
        if not isinstance(data.get("respond_payload_example") or {}, dict):
            raise serializers.ValidationError("respond_payload_example must be an object.")
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


def _or_validation_error(check: Any, value: Any) -> None:
    try:
        check(value)
    except InvalidInput as error:
        raise serializers.ValidationError(error.detail, code=error.code) from error


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run as stored; `queue` and `row_index` name the row that asked, null for a direct call."""

    network = serializers.CharField(source="network.name")
    agent_key = serializers.SerializerMethodField()
    queue = serializers.SerializerMethodField()
    row_index = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "trace_id",
            "network",
            "agent_key",
            "status",
            "queue",
            "row_index",
            "item_id",
            "request",
            "final",
            "execution_log",
            "debug",
            "usage",
            "duration_ms",
            "created_at",
        )

    def get_agent_key(self, run: Run) -> str | None:
        return run.agent_key or None

    def get_queue(self, run: Run) -> str | None:
        return str(run.item.queue_id) if run.item else None

    def get_row_index(self, run: Run) -> int | None:
        return run.item.row_index if run.item else None


class RunRequestSerializer(serializers.Serializer[Any]):
    """The body of `POST /run`."""

    network = serializers.CharField()
    agent_key = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    user_message = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=2_000_000)
    system_params = StoredObjectField(required=False)
    debug = serializers.BooleanField(required=False, default=False)
    version = serializers.IntegerField(required=False, allow_null=True)
    max_steps = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)
    experiment_id = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    experiment_item_index = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    respond_payload_schema = StoredObjectField(required=False, allow_null=True)
    respond_payload_guidance = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    respond_payload_example = StoredObjectField(required=False, allow_null=True)

    def validate_system_params(self, params: dict[str, Any]) -> dict[str, Any]:
        if "network" in params:
            raise serializers.ValidationError("The key network is reserved.")
        return params

    def validate_respond_payload_schema(self, schema: dict[str, Any] | None) -> dict[str, Any] | None:
        if schema is not None:
            _or_validation_error(check_schema, schema)
        return schema


class NetworkCallRequestSerializer(serializers.Serializer[Any]):
    """What is asked of a network to try it."""

    user_message = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=2_000_000)
    system_params = StoredObjectField(required=False)
    agent_key = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    debug = serializers.BooleanField(required=False, default=False)


class NetworkCallSerializer(serializers.ModelSerializer[NetworkCall]):
    """A call and, once it is `done`, what came back.

    `error_code` is null where the run succeeded, `understood` says in sentences what the answer was taken for, and
    `trace_id` names the run; null: none came back. `body` is at most the first 64 K characters of the answer.
    """

    network = serializers.CharField(source="network.name")
    error_code = serializers.SerializerMethodField()
    trace_id = serializers.SerializerMethodField()
    headers = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    understood = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = NetworkCall
        fields = (
            "id",
            "network",
            "agent_key",
            "user_message",
            "system_params",
            "debug",
            "state",
            "http_status",
            "headers",
            "body",
            "body_bytes",
            "elapsed_ms",
            "error_code",
            "understood",
            "trace_id",
            "created_at",
            "ended_at",
        )

    def get_error_code(self, call: NetworkCall) -> str | None:
        return call.error_code or None

    def get_trace_id(self, call: NetworkCall) -> str | None:
        return call.trace_id or None

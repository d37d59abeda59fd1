"""The JSON of runs: those that are stored, and the body of `POST /run`."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from experiments.api.serializers.fields import StoredObjectField, raise_as_validation_error
from experiments.models import Run
from experiments.response_schema import check_schema


class FinalSerializer(serializers.Serializer[Any]):
    """What the run ended with. Our own runtime writes `response_payload`, some write `response`; there may be more."""

    status = serializers.CharField(required=False, allow_null=True)
    response_payload = serializers.DictField(required=False, allow_null=True)
    error = serializers.CharField(required=False, allow_null=True)


class StepSerializer(serializers.Serializer[Any]):
    """A step of a run. Which keys it has depends on `type`, and on the runtime: there may be more, and less."""

    type = serializers.CharField(required=False, help_text="agent, tool, system or task_group.")
    step = serializers.JSONField(required=False, help_text="Its number.")
    agent_key = serializers.CharField(required=False, allow_null=True)
    agent_display_name = serializers.CharField(required=False, allow_null=True)
    decision = serializers.JSONField(required=False)
    decision_full = serializers.JSONField(required=False)
    prompt = serializers.JSONField(required=False)
    raw_response = serializers.JSONField(required=False)
    tool_key = serializers.CharField(required=False, allow_null=True)
    status = serializers.CharField(required=False, allow_null=True)
    request_payload = serializers.JSONField(required=False)
    response_payload = serializers.JSONField(required=False)
    llm_usage = serializers.JSONField(required=False)
    duration_ms = serializers.FloatField(required=False, allow_null=True)


class UsageSerializer(serializers.Serializer[Any]):
    """Tokens of the whole run, as the network says them; there may be more keys."""

    prompt_tokens = serializers.FloatField(required=False, allow_null=True)
    response_tokens = serializers.FloatField(required=False, allow_null=True)
    total_tokens = serializers.FloatField(required=False, allow_null=True)


class RunAnswerSerializer(serializers.Serializer[Any]):
    """What a runtime answers: only for the description."""

    trace_id = serializers.CharField()
    graph_version_id = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    run_duration_ms = serializers.IntegerField(allow_null=True)
    execution_log = StepSerializer(many=True)
    llm_usage_totals = UsageSerializer()
    final = FinalSerializer()
    debug = serializers.JSONField(allow_null=True)


@extend_schema_field({"type": "object", "additionalProperties": {}})
class ObjectAsStored(serializers.JSONField):
    pass


@extend_schema_field(FinalSerializer)
class FinalAsStored(serializers.JSONField):
    pass


@extend_schema_field(StepSerializer(many=True))
class StepsAsStored(serializers.JSONField):
    pass


@extend_schema_field(UsageSerializer)
class UsageAsStored(serializers.JSONField):
    pass


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run as stored; `queue` and `row_index` name the row that asked, null for a direct call."""

    network = serializers.CharField(source="network.name")
    request = ObjectAsStored()
    final = FinalAsStored()
    execution_log = StepsAsStored()
    usage = UsageAsStored()
    agent_key = serializers.SerializerMethodField()
    queue = serializers.SerializerMethodField()
    row_index = serializers.SerializerMethodField()
    cost = serializers.FloatField(allow_null=True, help_text="In the currency of the network; null: not known.")

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
            "input_tokens",
            "output_tokens",
            "cost",
            "version",
            "created_at",
        )

    def get_agent_key(self, run: Run) -> str | None:
        return run.agent_key or None

    def get_queue(self, run: Run) -> str | None:
        return str(run.item.queue_id) if run.item else None

    def get_row_index(self, run: Run) -> int | None:
        return run.item.row_index if run.item else None


@extend_schema_serializer(component_name="RunCall")  # Generators make a `RunRequest` of the key `request` of a `Run`.
class RunRequestSerializer(serializers.Serializer[Any]):
    """The body of `POST /run`."""

    network = serializers.CharField()
    agent_key = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    user_message = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=2_000_000)
    system_params = StoredObjectField(required=False)
    debug = serializers.BooleanField(required=False, default=False)
    repair = serializers.BooleanField(
        required=False,
        default=False,
        help_text="An answer that breaks the schema or isn’t JSON is requested once more, with the error.",
    )
    tolerant = serializers.BooleanField(
        required=False, default=False, help_text="With repair: what the caller will understand is not asked for again."
    )
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
            raise_as_validation_error(check_schema, schema)
        return schema

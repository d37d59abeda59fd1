"""The JSON of runs: those that are stored, and the body of `POST /run`."""

from typing import Any

from rest_framework import serializers

from experiments.api.serializers.fields import StoredObjectField, raise_as_validation_error
from experiments.models import Run
from experiments.response_schema import check_schema


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
            raise_as_validation_error(check_schema, schema)
        return schema

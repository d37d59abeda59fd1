"""The JSON of a call that somebody makes to try a network."""

from typing import Any

from rest_framework import serializers

from experiments.api.serializers.fields import StoredObjectField
from experiments.models import NetworkCall


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

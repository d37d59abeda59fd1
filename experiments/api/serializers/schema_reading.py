"""The JSON of a schema that is read: what comes in, and the fields that it makes."""

from typing import Any

from rest_framework import serializers

from experiments.api.serializers.fields import ResponseFieldSerializer, StoredObjectField
from experiments.core.choices import ErrorCode
from experiments.response_schema.sample_import import SAMPLES_LIMIT


class SchemaReadingSerializer(serializers.Serializer[Any]):
    """A JSON Schema, or sample answers: one of the two."""

    json_schema = StoredObjectField(required=False, help_text="As Pydantic and Zod write it.")
    samples = serializers.ListField(
        child=StoredObjectField(), required=False, min_length=1, max_length=SAMPLES_LIMIT, help_text="JSON objects."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            sentence = "Send one of json_schema and samples."
            code = ErrorCode.INVALID if attrs else ErrorCode.REQUIRED
            raise serializers.ValidationError({"json_schema": sentence}, code=code)
        return attrs


class NotTakenSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="The place in an answer, as in `order.lines[].price`; empty: the whole.")
    keyword = serializers.CharField(help_text="The keyword of JSON Schema that fields cannot say.")
    detail = serializers.CharField()


class ReadSchemaSerializer(serializers.Serializer[Any]):
    response_fields = ResponseFieldSerializer(many=True)
    not_taken = NotTakenSerializer(many=True)

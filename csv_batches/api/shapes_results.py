"""The JSON of distributions and corrections."""

from typing import Any

from rest_framework import serializers


class ValueSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()
    count = serializers.IntegerField()


class BinSerializer(serializers.Serializer[Any]):
    to = serializers.FloatField(help_text="The first value after the bin.")
    count = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word of Python's own.
        return {"from": serializers.FloatField(help_text="The first value of the bin."), **super().get_fields()}


class FieldResultsSerializer(serializers.Serializer[Any]):
    """`values` and `others` with kind values; the rest with numbers, and with lengths: of texts, in characters."""

    name = serializers.CharField()
    type = serializers.ChoiceField(["string", "number", "integer", "boolean"])
    kind = serializers.ChoiceField(["values", "numbers", "lengths"])
    answered = serializers.IntegerField(help_text="Rows with an answer.")
    empty = serializers.IntegerField(help_text='Those of them in which the field is missing, null or "".')
    values = ValueSerializer(many=True, required=False)
    others = serializers.IntegerField(required=False, help_text="Rows whose value is not among the values.")
    min = serializers.FloatField(required=False, allow_null=True)
    max = serializers.FloatField(required=False, allow_null=True)
    mean = serializers.FloatField(required=False, allow_null=True)
    bins = BinSerializer(many=True, required=False)


class ResultsSerializer(serializers.Serializer[Any]):
    """As computed: only for the description."""

    rows = serializers.IntegerField()
    fields = FieldResultsSerializer(many=True)  # type: ignore[assignment]


class CorrectionSerializer(serializers.Serializer[Any]):
    corrected_payload = serializers.DictField(allow_null=True, help_text="Null takes the correction back.")

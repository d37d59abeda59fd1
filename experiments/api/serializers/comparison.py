"""What the API takes and gives where two queues are compared."""

from decimal import Decimal, InvalidOperation
from typing import Any

from rest_framework import serializers

from experiments.api.serializers.row_choice import AnswerValueField
from experiments.core.choices import FieldChange, RowMatch


class DifferencesQuerySerializer(serializers.Serializer[Any]):
    match = serializers.ChoiceField(RowMatch.values(), required=False, help_text="All rows where not given.")
    field = serializers.CharField(required=False, help_text="Rows whose answers differ in this field.")
    change = serializers.ChoiceField(FieldChange.values(), required=False, help_text="Of `field`: how it differs.")
    search = serializers.CharField(required=False, max_length=100, help_text="A text in a cell or an answer.")
    count = serializers.CharField(
        required=False, help_text="Names of fields with commas: those that count. All but free texts where not given."
    )
    moves = serializers.CharField(
        required=False, help_text="`score:10,price:0.5`: a number counts as changed where it moves by so much or more."
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=1000, default=100)
    after = serializers.IntegerField(required=False, min_value=0, help_text="Comes in `next`.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `with` is a word of Python's own.
        return {"with": serializers.UUIDField(help_text="The other one, B."), **super().get_fields()}

    def validate_moves(self, value: str) -> dict[str, Decimal]:
        found = {}
        for part in value.split(","):
            name, colon, number = part.rpartition(":")
            try:
                found[name] = Decimal(number)
            except InvalidOperation:
                colon = ""
            if not colon or not found[name].is_finite() or found[name] <= 0:
                raise serializers.ValidationError("Write name:number, several with commas. A number is above 0.")
        return found

    def validate_count(self, value: str) -> frozenset[str]:
        return frozenset(name.strip() for name in value.split(","))


class ComparedFieldSerializer(serializers.Serializer[Any]):
    """Of the rows that are answered in both."""

    name = serializers.CharField(allow_blank=True, help_text="Empty: the whole answer.")
    counts = serializers.BooleanField()
    answered = serializers.IntegerField()
    differ = serializers.IntegerField()
    changes = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows differ how.")


class ComparedQueueSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ComparedRowSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField()
    match = serializers.ChoiceField(RowMatch.values())
    changes = serializers.DictField(
        child=serializers.ChoiceField(FieldChange.values()), help_text="The fields that aren’t equal."
    )
    a = AnswerValueField(allow_null=True, help_text="The answer, or its correction.")
    b = AnswerValueField(allow_null=True)


class DifferencesSerializer(serializers.Serializer[Any]):
    """As computed: only for the description."""

    a = ComparedQueueSerializer()
    b = ComparedQueueSerializer()
    rows = serializers.IntegerField(help_text="So many were counted.")
    sampled = serializers.BooleanField(help_text="There are more: the counts are those of a random sample.")
    matches = serializers.DictField(child=serializers.IntegerField())
    fields_compared = ComparedFieldSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    results = ComparedRowSerializer(many=True)

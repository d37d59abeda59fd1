"""What the API takes and gives where two queues are compared."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments.core.choices import FieldChange, RowMatch
from experiments.selectors.comparison import TOLERANCE, distance

ROW_ORDER = "row_index"


@extend_schema_field(OpenApiTypes.NUMBER)
class ToleranceField(serializers.Field[Any, Any, Any, Any]):
    """As it is written: 0.1 stays 0.1."""

    def to_internal_value(self, data: Any) -> Decimal:
        number = distance(str(data))
        if number is None:
            raise serializers.ValidationError("Give a number that isn’t negative.")
        return number


class CompareQuerySerializer(serializers.Serializer[Any]):
    match = serializers.ChoiceField(RowMatch.values(), required=False, help_text="All rows where not given.")
    field = serializers.CharField(required=False, help_text="Rows whose answers differ in this field.")
    change = serializers.ChoiceField(FieldChange.values(), required=False, help_text="Of `field`: how it differs.")
    search = serializers.CharField(required=False, max_length=100, help_text="A text in a cell or an answer.")
    count = serializers.CharField(
        required=False, help_text="Names of fields with commas: only these make a row changed. All where not given."
    )
    sort = serializers.ChoiceField([ROW_ORDER], required=False, help_text="Not given: most changes first.")
    whole = serializers.BooleanField(required=False, default=False, help_text="Counts all rows, however many.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=1000, default=100)
    after = serializers.IntegerField(required=False, min_value=0, help_text="Comes in `next`.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        tolerance = ToleranceField(
            required=False, help_text="`tolerance.score=10`: numbers of this field up to so far apart are the same."
        )
        # `with` is a word of Python's own.
        other = serializers.UUIDField(help_text="The other one, B.")
        return {"with": other, f"{TOLERANCE}{{name}}": tolerance, **super().get_fields()}

    def to_internal_value(self, data: Any) -> Any:
        """`tolerances` by the names of their fields."""
        values, tolerances, errors = super().to_internal_value(data), {}, {}
        for name in data:
            if name.startswith(TOLERANCE):
                try:
                    tolerances[name.removeprefix(TOLERANCE)] = ToleranceField().run_validation(data[name])
                except serializers.ValidationError as error:
                    errors[name] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return {**values, "tolerances": tolerances}

    def validate_count(self, value: str) -> frozenset[str]:
        return frozenset(name.strip() for name in value.split(","))


class ComparedFieldSerializer(serializers.Serializer[Any]):
    """Of the rows that have an answer in both."""

    name = serializers.CharField(allow_blank=True, help_text="Empty: the whole answer.")
    same = serializers.IntegerField(help_text="Rows whose answers agree in it; null and no value are the same.")
    changed = serializers.IntegerField()
    counted = serializers.BooleanField(help_text="A change here makes a row changed.")
    changes = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows differ how.")


class CompareCountsSerializer(serializers.Serializer[Any]):
    """Rows; each is in one of them."""

    changed = serializers.IntegerField(help_text="Both have an answer, and a field that counts differs.")
    same = serializers.IntegerField()
    only_a = serializers.IntegerField(help_text="Only A has an answer.")
    only_b = serializers.IntegerField()
    failed_both = serializers.IntegerField()
    not_answered = serializers.IntegerField(help_text="Neither has an answer, and not both have failed.")


class ComparedQueueSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ComparedRowSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField()
    a = serializers.DictField(allow_null=True, help_text="The answer, or its correction. Null: none.")
    b = serializers.DictField(allow_null=True)
    changed = serializers.ListField(child=serializers.CharField(), help_text="The fields that differ.")
    match = serializers.ChoiceField(RowMatch.values())
    changes = serializers.DictField(
        child=serializers.ChoiceField(FieldChange.values()), help_text="How the fields differ that aren’t equal."
    )


class FieldComparisonSerializer(serializers.Serializer[Any]):
    """As computed: only for the description."""

    a = ComparedQueueSerializer()
    b = ComparedQueueSerializer()
    rows = serializers.IntegerField(help_text="So many were counted.")
    sampled = serializers.BooleanField(help_text="There are more: the counts are those of a random sample.")
    counts = CompareCountsSerializer()
    next = serializers.URLField(allow_null=True)
    results = ComparedRowSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # A serializer has `fields` of its own.
        return {"fields": ComparedFieldSerializer(many=True), **super().get_fields()}

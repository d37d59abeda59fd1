"""What several serializers use: fields for JSON that is stored, and the errors of services as those of a field."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments.core.choices import ErrorCode, FieldType, TextFormat
from experiments.core.cost import COST_DIGITS, COST_PLACES, as_number
from experiments.core.errors import InvalidInput
from experiments.core.json_text import BadPayload, strict


class StoredObjectField(serializers.DictField):
    """A JSON object that the database can store and return unchanged."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        try:
            strict(value, self.field_name or "the object")
        except BadPayload as problem:
            raise serializers.ValidationError(f"{problem}.", code=ErrorCode.INVALID_TEXT) from problem
        return value


class _FieldLimitsSerializer(serializers.Serializer[Any]):
    """What a field may have by its type."""

    choices = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        allow_null=True,
        help_text="Of a string; without them any text is allowed.",
    )
    minimum = serializers.FloatField(required=False, allow_null=True, help_text="Of a number or integer.")
    maximum = serializers.FloatField(required=False, allow_null=True, help_text="Of a number or integer.")
    step = serializers.FloatField(required=False, allow_null=True, help_text="Values are multiples of this.")
    min_length = serializers.IntegerField(required=False, allow_null=True, help_text="Of a string, in characters.")
    max_length = serializers.IntegerField(required=False, allow_null=True, help_text="Of a string, in characters.")
    pattern = serializers.CharField(
        required=False, allow_null=True, help_text="Of a string: what it has in it, in the syntax of RE2."
    )
    format = serializers.ChoiceField(TextFormat.values(), required=False, allow_null=True, help_text="Of a string.")
    examples = serializers.ListField(required=False, allow_null=True, help_text="Values that the field takes.")
    min_items = serializers.IntegerField(required=False, allow_null=True, help_text="Of a list.")
    max_items = serializers.IntegerField(required=False, allow_null=True, help_text="Of a list.")
    unique_items = serializers.BooleanField(required=False, help_text="Of a list: no value is in it twice.")


class _FieldSerializer(_FieldLimitsSerializer):
    """Of any depth: its class is the one of the fields of an object."""

    description = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(FieldType.values())
    required = serializers.BooleanField()  # type: ignore[assignment]
    nullable = serializers.BooleanField(help_text="Whether null is a value.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Made when they are asked for: they have such fields themselves.
        of_list, of_object = self.inner_classes()
        return {
            **super().get_fields(),
            "items": of_list(required=False, allow_null=True, help_text="Of a list: what each entry is."),
            "fields": of_object(many=True, required=False, help_text="Of an object; without them it has any keys."),
        }

    def inner_classes(self) -> tuple[Any, Any]:
        raise NotImplementedError


class ResponseItemSerializer(_FieldSerializer):
    """An entry of a list: a field without a name."""

    def inner_classes(self) -> tuple[Any, Any]:
        return ResponseItemSerializer, ResponseFieldSerializer


class ResponseFieldSerializer(_FieldSerializer):
    """One value of an answer."""

    name = serializers.CharField(trim_whitespace=False)

    def inner_classes(self) -> tuple[Any, Any]:
        return ResponseItemSerializer, ResponseFieldSerializer


class ResponseItemDraftSerializer(_FieldSerializer):
    """As a field of the draft, without a name."""

    description = serializers.CharField(required=False, allow_blank=True)
    type = serializers.ChoiceField(FieldType.values(), required=False)
    required = serializers.BooleanField(required=False)
    nullable = serializers.BooleanField(required=False)

    def inner_classes(self) -> tuple[Any, Any]:
        return ResponseItemDraftSerializer, ResponseFieldDraftSerializer


class ResponseFieldDraftSerializer(ResponseItemDraftSerializer):
    """Left out, `description` is empty, `type` is string, `required` is true, `nullable` is the opposite of it."""

    name = serializers.CharField(trim_whitespace=False)


@extend_schema_field(ResponseFieldDraftSerializer(many=True))
class ResponseFieldsField(serializers.ListField):
    """Checked as a whole by the service, whose errors name the entry."""

    child = serializers.DictField()


class MoneyField(serializers.DecimalField):
    """An amount that is kept as a decimal, and answered as a number."""

    def to_representation(self, value: Any) -> Any:
        return as_number(value)


def money_field(
    help_text: str,
    *,
    max_digits: int = COST_DIGITS,
    decimal_places: int = COST_PLACES,
    min_value: Decimal = Decimal(0),
    max_value: Decimal | None = None,
) -> MoneyField:
    """Null: none is set."""
    return MoneyField(
        max_digits=max_digits,
        decimal_places=decimal_places,
        min_value=min_value,
        max_value=max_value,
        coerce_to_string=False,
        required=False,
        allow_null=True,
        help_text=help_text,
    )


def raise_as_validation_error(check: Callable[[Any], object], value: Any) -> None:
    """Calls `check(value)`; its `InvalidInput` becomes an error of the field that is validated."""
    try:
        check(value)
    except InvalidInput as error:
        raise serializers.ValidationError(error.detail, code=error.code) from error

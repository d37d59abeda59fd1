"""What several serializers use: fields for JSON that is stored, and the errors of services as those of a field."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments.core.choices import ErrorCode, FieldType
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


class ResponseFieldSerializer(serializers.Serializer[Any]):
    """One value of an answer. An optional one may be null or absent."""

    name = serializers.CharField(trim_whitespace=False)
    description = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(FieldType.values())
    required = serializers.BooleanField()  # type: ignore[assignment]
    choices = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Of a string; without them any text is allowed."
    )


class ResponseFieldDraftSerializer(ResponseFieldSerializer):
    """Left out, `description` is empty, `type` is string and `required` is true."""

    description = serializers.CharField(required=False, allow_blank=True)
    type = serializers.ChoiceField(FieldType.values(), required=False)
    required = serializers.BooleanField(required=False)
    choices = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)


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

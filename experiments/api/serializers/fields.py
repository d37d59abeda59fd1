"""What several serializers use: a field for JSON that is stored, and the errors of services as those of a field."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from experiments.core.choices import ErrorCode
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


def raise_as_validation_error(check: Callable[[Any], object], value: Any) -> None:
    """Calls `check(value)`; its `InvalidInput` becomes an error of the field that is validated."""
    try:
        check(value)
    except InvalidInput as error:
        raise serializers.ValidationError(error.detail, code=error.code) from error

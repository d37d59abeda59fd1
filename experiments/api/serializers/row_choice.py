"""Which rows a call is for, and in which order: what lists, files and bodies take alike."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings

from experiments.core.choices import ExportFormat, Nested, RowStatus
from experiments.core.datetimes import DATE_OR_TIME
from experiments.core.json_numbers import to_json
from experiments.ingest.dialect import check_delimiter
from experiments.selectors.field_filter import PREFIX

STATUSES = RowStatus.values()
FIELD_FILTER = f"{PREFIX}{{name}}"


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string", "pattern": f"^{DATE_OR_TIME.pattern}$"}]})
class BoundField(serializers.FloatField):
    """A number or an ISO 8601 date, as it is written."""

    def to_internal_value(self, data: Any) -> Any:
        if not DATE_OR_TIME.fullmatch(str(data)):
            super().to_internal_value(data)
        return str(data)


@extend_schema_field({"type": ["string", "number", "boolean", "null"]})
class AnswerValueField(serializers.Field[Any, Any, Any, Any]):
    """A value of an answer, or a range, as an address has it: a text. A body may have the value itself."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, list | dict):
            raise serializers.ValidationError("Give one value, or a range such as 3..5.")
        text = data if isinstance(data, str) else to_json(data)
        ProhibitNullCharactersValidator()(text)
        return text

    def to_representation(self, value: Any) -> Any:
        return value


class RowFilterSerializer(serializers.Serializer[Any]):
    """`field.{name}` stands for a filter by any value of the answers."""

    status = serializers.ChoiceField(STATUSES, required=False)
    error_code = serializers.CharField(required=False)
    search = serializers.CharField(required=False, trim_whitespace=False)
    verdict = serializers.CharField(required=False, help_text="Of a kind that judges its rows.")
    field = serializers.CharField(
        required=False, help_text="A response field, or `order.number` inside one; with it one of the following."
    )
    value = serializers.CharField(required=False, trim_whitespace=False, help_text="Texts as they are, else JSON.")
    least = BoundField(required=False, help_text="A number, a text's length or a date that is not less.")
    below = BoundField(required=False, help_text="A number, a text's length or a date that is less.")
    blank = serializers.BooleanField(required=False, help_text='Missing, null, "" or an empty list.')
    corrected = serializers.BooleanField(
        required=False, allow_null=True, help_text="Rows with a person's answer, or those without."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        by_answer = AnswerValueField(
            required=False,
            help_text="`field.score=3..5`, `field.order.number=A-17`: a value of the answer, by its name or path, or a "
            "range of numbers or dates, both ends included; one may be left out. Empty: missing, null, an empty text "
            "or list. Of lists one of the values is enough.",
        )
        return {**super().get_fields(), FIELD_FILTER: by_answer}

    def to_internal_value(self, data: Any) -> Any:
        """Those that are set. A query string without a yes or no has none."""
        by_answer = self.fields[FIELD_FILTER]
        others = data.copy() if hasattr(data, "copy") else data
        for name in [*others] if isinstance(others, Mapping) else ():
            if name.startswith(PREFIX):
                del others[name]
        values = super().to_internal_value(others)
        if not values.get("blank"):
            values.pop("blank", None)
        found = {name: value for name, value in values.items() if value is not None}
        errors = {}
        for name in data:
            if not name.startswith(PREFIX):
                continue
            try:
                found[name] = "" if data[name] is None else by_answer.run_validation(data[name])
            except (serializers.ValidationError, ValidationError) as error:
                errors[name] = as_serializer_error(error)[api_settings.NON_FIELD_ERRORS_KEY]
        if errors:
            raise serializers.ValidationError(errors)
        return found


class RowListSerializer(RowFilterSerializer):
    """The rows of a list, and their order."""

    sort = serializers.CharField(
        required=False,
        help_text="`row_index`, `elapsed_ms`, `completed_at`, `field.score` for a value of the answers, `column.id` "
        "for a column; `-` in front: down. Rows without a value come last either way.",
    )


class ExportOptionsSerializer(RowListSerializer):
    """What a list of rows takes chooses the rows of the file, and their order, too."""

    format = serializers.ChoiceField(ExportFormat.values(), required=False, default=ExportFormat.CSV.value)
    metadata = serializers.BooleanField(source="run_columns", required=False, default=True)
    partial = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]
    excel = serializers.BooleanField(required=False, default=False)
    delimiter = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="Of a CSV: one character, or `tab`. Not given: that of the file, and a comma with `excel`.",
    )
    row_indexes = serializers.CharField(required=False, help_text="Only these rows, such as `3,7-9`.")
    columns = serializers.CharField(
        required=False, help_text="Only these, in this order: names with commas between them; quotes as in a CSV."
    )
    null = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text='Written for null. An empty text is then `""`, and nothing is written for what an answer lacks.',
    )
    join = serializers.CharField(
        required=False, trim_whitespace=False, help_text="Between the values of a list, which is JSON otherwise."
    )
    nested = serializers.ChoiceField(
        Nested.values(),
        required=False,
        default=Nested.JSON.value,
        help_text="Objects as JSON; `flat`: a column for each of their fields (`order.number`); `explode`: a line for "
        "each element of a list of objects, too, with its `item_index`.",
    )
    explode = serializers.CharField(
        required=False, help_text="The list of objects that is exploded, where there are several."
    )

    def validate_delimiter(self, given: str) -> str:
        return check_delimiter(given)

    def to_internal_value(self, data: Any) -> Any:
        """`filters` apart from the options."""
        values = super().to_internal_value(data)
        of_rows = RowFilterSerializer().fields
        filters = {name: values.pop(name) for name in [*values] if name in of_rows or name.startswith(PREFIX)}
        return {**values, "filters": filters}

"""The JSON of the items of queues, which the API calls rows: which ones, what they are, what is set in them."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from experiments.api.serializers.row_choice import RowFilterSerializer
from experiments.core.choices import (
    FieldType,
    RowStatus,
)
from experiments.core.item_fields import ITEM_FIELDS, ItemField
from experiments.models import CorrectionAct
from experiments.selectors import items
from experiments.selectors.items import LARGEST_INDEX

STATUSES = RowStatus.values()


ITEM_FIELD_TYPES: dict[type[Any], Any] = {
    int: serializers.IntegerField,
    str: serializers.CharField,
    dict: serializers.DictField,
    list: serializers.ListField,
    datetime: serializers.DateTimeField,
    float: serializers.FloatField,
}


def item_field(field: ItemField) -> serializers.Field[Any, Any, Any, Any]:
    if field.type is RowStatus:
        return serializers.ChoiceField(STATUSES)
    if field.name == "row_payload":
        return serializers.DictField(child=serializers.CharField())
    return ITEM_FIELD_TYPES[field.type](allow_null=field.null)


class RowSerializer(serializers.Serializer[Any]):
    """A row as it is answered; the names of its columns, and what its kind adds, come with the context."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**{field.name: item_field(field) for field in ITEM_FIELDS}, **super().get_fields()}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        given = self.context
        return items.item_as_row(instance, given["names"], given["extras"], since=given["since"])


class AttemptSerializer(serializers.Serializer[Any]):
    attempt = serializers.IntegerField()
    generation = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField()
    http_status = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField()
    detail = serializers.CharField()
    unread = serializers.CharField(help_text="The first 2,000 characters of an unreadable response.")


class RowDetailSerializer(RowSerializer):
    attempt_log = AttemptSerializer(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**super().to_representation(instance), "attempt_log": items.attempt_log(instance)}


class RowPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RowSerializer(many=True)


class InsertedSerializer(serializers.Serializer[Any]):
    inserted = serializers.IntegerField()
    total = serializers.IntegerField()


class ValueSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()
    count = serializers.IntegerField()


class BinSerializer(serializers.Serializer[Any]):
    to = serializers.FloatField(help_text="The first value after the bin.")
    count = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword of Python.
        return {"from": serializers.FloatField(help_text="The first value of the bin."), **super().get_fields()}


class FieldResultsSerializer(serializers.Serializer[Any]):
    """`values` and `others` with kind values; the rest with numbers, and with lengths: of texts, in characters."""

    name = serializers.CharField()
    type = serializers.ChoiceField(FieldType.values())
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


class CorrectRowsSerializer(serializers.Serializer[Any]):
    """Which rows, by their indexes or a filter, and what is set in their answers."""

    row_indexes = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX), required=False, allow_null=True
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        more = {
            "filter": RowFilterSerializer(
                required=False, allow_null=True, help_text="The filters of the list of rows; {}: all with a result."
            ),
            "set": serializers.DictField(
                allow_empty=False, help_text="Response fields and their new values. All other members stay."
            ),
        }
        return {**super().get_fields(), **more}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("row_indexes") is None) == (attrs.get("filter") is None):
            raise serializers.ValidationError({"row_indexes": "Give either row_indexes or filter."})
        return attrs


class CorrectedSerializer(serializers.Serializer[Any]):
    corrected = serializers.IntegerField(help_text="How many rows.")
    later = serializers.IntegerField(help_text="How many rows a worker checks and corrects now; 0: all is done.")
    skipped = serializers.IntegerField(
        help_text="Of more than 5,000 rows: those that changed meanwhile and were left as they are."
    )
    correction = serializers.IntegerField(allow_null=True, help_text="What an undo is asked for by.")


class CorrectionActSerializer(serializers.ModelSerializer[CorrectionAct]):
    correction = serializers.IntegerField(source="id", help_text="What an undo is asked for by.")
    under_way = serializers.SerializerMethodField()

    class Meta:
        model = CorrectionAct
        fields = ("correction", "at", "fields", "rows", "skipped", "under_way", "problem", "undone_at")

    def get_under_way(self, act: CorrectionAct) -> bool:
        order = self.context["queue"].correcting
        return order is not None and order["act"] == act.pk


class UndoCorrectionSerializer(serializers.Serializer[Any]):
    correction = serializers.IntegerField(
        required=False, allow_null=True, help_text="Omitted: the last one of whoever asks."
    )


class UndoneSerializer(serializers.Serializer[Any]):
    undone = serializers.IntegerField(help_text="How many rows have the answer from before.")
    kept = serializers.IntegerField(help_text="Rows that were corrected again since, which keep that.")


class CorrectionSerializer(serializers.Serializer[Any]):
    corrected_payload = serializers.DictField(allow_null=True, help_text="Null reverts the correction.")

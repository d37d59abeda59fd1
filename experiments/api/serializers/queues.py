"""The JSON of queues of every kind and of their items, which the API calls rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments.api.serializers.fields import money_field
from experiments.core.choices import (
    CallsInFlight,
    ExportFormat,
    FieldType,
    Nested,
    QueueStatus,
    Reuse,
    RowError,
    RowStatus,
)
from experiments.core.cost import LARGEST_MAX_COST, SMALLEST_MAX_COST
from experiments.core.datetimes import DATE_OR_TIME
from experiments.core.item_fields import ITEM_FIELDS, ItemField
from experiments.ingest.dialect import check_delimiter
from experiments.models import CorrectionAct
from experiments.selectors import items, queues
from experiments.selectors.items import LARGEST_INDEX

MAX_TOKENS = 10**15
QUEUE_STATUSES = QueueStatus.values()
STATUSES = RowStatus.values()


ITEM_FIELD_TYPES: dict[type[Any], Any] = {
    int: serializers.IntegerField,
    str: serializers.CharField,
    dict: serializers.DictField,
    list: serializers.ListField,
    datetime: serializers.DateTimeField,
    float: serializers.FloatField,
}


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class NetworkNameField(serializers.Field[Any, Any, Any, Any]):
    """A network's id or its name."""

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, bool) or not isinstance(data, int | str) or data == "":
            raise serializers.ValidationError("Give the network's id or its name.")
        return data if isinstance(data, int) else serializers.CharField(trim_whitespace=False).run_validation(data)

    def to_representation(self, value: Any) -> Any:
        return value


def limit_field(help_text: str, *, most: int = LARGEST_INDEX) -> serializers.IntegerField:
    """A hard limit; null: none."""
    return serializers.IntegerField(min_value=1, max_value=most, required=False, allow_null=True, help_text=help_text)


class LimitsSerializer(serializers.Serializer[Any]):
    """The hard limits as they come in, for the draft of any kind."""

    max_failures = limit_field("Pauses when so many rows have failed.")
    max_calls = limit_field(
        "Pauses when so many calls of /run were made, each attempt counted; never one more is made."
    )
    max_tokens = limit_field("Pauses when so many tokens were used.", most=MAX_TOKENS)
    max_minutes = limit_field("Pauses when it has run for so long in all, pauses not counted.")
    max_cost = money_field(
        "Pauses when so much was spent, in the currency of its network. Where no cost is known it never does.",
        min_value=SMALLEST_MAX_COST,
        max_value=LARGEST_MAX_COST,
    )


class QueueDraftSerializer(LimitsSerializer):
    """The settings of a draft of any kind. A kind adds what is its own."""

    name = serializers.CharField(max_length=200)
    network = NetworkNameField()
    agent_key = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    debug = serializers.BooleanField(required=False)
    concurrency = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    max_attempts = serializers.IntegerField(min_value=1, max_value=100, required=False)
    tolerant = serializers.BooleanField(
        required=False,
        help_text="Choices in other case or blanks, and numbers as texts, are taken as meant; see `changes` of a row.",
    )
    repair = serializers.BooleanField(
        required=False,
        help_text="This site's own runtime asks once more for an answer that breaks the schema or is no JSON.",
    )
    reuse = serializers.ChoiceField(
        Reuse.values(),
        required=False,
        help_text="Whether rows that ask the same are called once: in this batch, or also answered from your earlier "
        "batches on the same version of the network that had this setting.",
    )


class RangeSerializer(serializers.Serializer[Any]):
    """Which rows a start is for: the `first` n, or those `from` a `to` b, both included; without them all."""

    first = serializers.IntegerField(min_value=1, max_value=LARGEST_INDEX, required=False, allow_null=True)
    to = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword of Python.
        source = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, allow_null=True)
        return {**super().get_fields(), "from": source}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.get("from"), attrs.get("to")
        if attrs.get("first") is not None and (start is not None or end is not None):
            raise serializers.ValidationError({"first": "Give either first, or from and to."})
        if start is not None and end is not None and end < start:
            raise serializers.ValidationError({"to": "The range ends before it begins."})
        return attrs


class CorrectingSerializer(serializers.Serializer[Any]):
    correction = serializers.IntegerField(help_text="What an undo is asked for by; it ends it, too.")
    total = serializers.IntegerField(help_text="Rows.")
    checked = serializers.IntegerField(help_text="Rows. None is changed before all are.")
    is_checked = serializers.BooleanField(help_text="All fit, and rows are changed now.")


class ProgressSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    failed_open = serializers.IntegerField(help_text="Failed rows that nobody has corrected.")
    corrected = serializers.IntegerField(help_text="Rows with a person's answer, whatever their status.")
    retrying = serializers.BooleanField(
        help_text="A retry of very many rows is under way: they are queued part by part, and the counts change yet."
    )
    correcting = CorrectingSerializer(allow_null=True, help_text="While fields of very many rows are set by a worker.")
    rows_per_second = serializers.FloatField()
    eta_seconds = serializers.IntegerField(allow_null=True)
    tokens = serializers.IntegerField()
    input_tokens = serializers.IntegerField(help_text="Those that are known to have gone in.")
    output_tokens = serializers.IntegerField(help_text="Those that are known to have come out.")
    cost = serializers.FloatField(
        allow_null=True,
        help_text="Of all calls, failed and repeated ones too, in the currency of the network. Null: of none known.",
    )
    reused = serializers.IntegerField(help_text="Rows that have the answer of an identical row, without a call.")
    calls = serializers.IntegerField(help_text="Of /run, each attempt counted; those under way too.")
    refused_calls = serializers.IntegerField(help_text="Calls that the network did not take; they count nowhere else.")
    running_seconds = serializers.IntegerField(help_text="In all, pauses not counted.")


class NetworkRefSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PauseReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)
    error_code = serializers.CharField(required=False, help_text="Of the failures that it is paused for.")
    count = serializers.IntegerField(required=False, help_text="How many of them there were in a row.")


class QueueSerializer(serializers.Serializer[Any]):
    """A queue as it is answered. A kind adds what is its own."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    network = NetworkRefSerializer(allow_null=True)
    agent_key = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(QUEUE_STATUSES)
    debug = serializers.BooleanField()
    concurrency = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    tolerant = serializers.BooleanField()
    repair = serializers.BooleanField()
    reuse = serializers.ChoiceField(Reuse.values())
    max_failures = serializers.IntegerField(allow_null=True)
    max_calls = serializers.IntegerField(allow_null=True)
    max_tokens = serializers.IntegerField(allow_null=True)
    max_minutes = serializers.IntegerField(allow_null=True)
    max_cost = serializers.FloatField(allow_null=True, help_text="In the currency of the network.")
    pinned_version = serializers.IntegerField(
        allow_null=True, help_text="The version of the network that answers, from the start or the first answer on."
    )
    pause_reason = PauseReasonSerializer(allow_null=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    source_removed_at = serializers.DateTimeField(allow_null=True, help_text="Since then there is nothing to export.")
    progress = ProgressSerializer()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return queues.queue_values(instance)


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
    unread = serializers.CharField(help_text="The first 2,000 characters of what came and could not be read.")


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


class RetrySerializer(serializers.Serializer[Any]):
    row_indexes = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX), required=False, allow_null=True
    )
    error_code = serializers.ChoiceField(RowError.values(), required=False, allow_null=True)
    force = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        chosen = RowFilterSerializer(required=False, allow_null=True, help_text="The filters of the list of rows.")
        return {**super().get_fields(), "filter": chosen}


class CancelSerializer(serializers.Serializer[Any]):
    calls = serializers.ChoiceField(
        CallsInFlight.values(),
        required=False,
        default=CallsInFlight.FINISH.value,
        help_text="Calls in flight end and are recorded, or are aborted: then their rows wait, uncounted.",
    )


class RequeuedSerializer(serializers.Serializer[Any]):
    requeued = serializers.IntegerField(
        help_text="How many rows are queued again. Of very many the last follow soon: see `progress.retrying`."
    )


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string", "pattern": f"^{DATE_OR_TIME.pattern}$"}]})
class BoundField(serializers.FloatField):
    """A number or an ISO 8601 date, as it is written."""

    def to_internal_value(self, data: Any) -> Any:
        if not DATE_OR_TIME.fullmatch(str(data)):
            super().to_internal_value(data)
        return str(data)


class RowFilterSerializer(serializers.Serializer[Any]):
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

    def to_internal_value(self, data: Any) -> Any:
        """Those that are set. A query string without a yes or no has none."""
        values = super().to_internal_value(data)
        if not values.get("blank"):
            values.pop("blank", None)
        return {name: value for name, value in values.items() if value is not None}


class ExportOptionsSerializer(RowFilterSerializer):
    """What a list of rows takes chooses the rows of the file, too."""

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
        filters = {name: values.pop(name) for name in RowFilterSerializer().fields if name in values}
        return {**values, "filters": filters}


class DuplicateSerializer(serializers.Serializer[Any]):
    only = serializers.ChoiceField([RowStatus.FAILED.value], required=False, allow_null=True)


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


@dataclass(frozen=True)
class QueueSerializers:
    """The serializers of one kind: a queue as it is answered, and what comes in, where the kind takes it in."""

    queue: type[QueueSerializer]
    row: type[RowSerializer] = RowSerializer
    row_detail: type[RowDetailSerializer] = RowDetailSerializer
    row_page: type[RowPageSerializer] = RowPageSerializer
    draft: type[serializers.Serializer[Any]] | None = None
    run: type[serializers.Serializer[Any]] | None = None
    new_items: type[serializers.Serializer[Any]] | None = None

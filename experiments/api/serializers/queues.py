"""The JSON of queues of every kind. That of their items is in `items`."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments.api.serializers.fields import money_field
from experiments.api.serializers.items import RowDetailSerializer, RowPageSerializer, RowSerializer
from experiments.api.serializers.row_choice import RowFilterSerializer
from experiments.core.choices import (
    CallsInFlight,
    QueueStatus,
    Reuse,
    Role,
    RowError,
    RowStatus,
)
from experiments.core.cost import LARGEST_MAX_COST, SMALLEST_MAX_COST
from experiments.selectors import queues
from experiments.selectors.items import LARGEST_INDEX

MAX_TOKENS = 10**15
QUEUE_STATUSES = QueueStatus.values()


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
        help_text="Choices in other case or blanks, and numbers as texts, count as meant; see `changes` of a row.",
    )
    repair = serializers.BooleanField(
        required=False,
        help_text="This site's own runtime asks once more for an answer that breaks the schema or isn’t JSON.",
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
    skipped = serializers.IntegerField(help_text="Rows whose prompt columns are all blank; they are not called.")
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
    refused_calls = serializers.IntegerField(help_text="Calls that the network refused. They count nowhere else.")
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
    role = serializers.ChoiceField(Role.values(), help_text="Of whom it is answered to.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    source_removed_at = serializers.DateTimeField(allow_null=True, help_text="Since then there is nothing to export.")
    progress = ProgressSerializer()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return queues.queue_values(instance)


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


class DuplicateSerializer(serializers.Serializer[Any]):
    only = serializers.ChoiceField([RowStatus.FAILED.value], required=False, allow_null=True)


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

"""The JSON of batches and rows: what comes in is checked here for its shape, in the services for its sense."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from csv_batches.models import CsvBatch
from csv_batches.selectors import batches as selectors
from experiments.selectors import items

LARGEST_INDEX = 2**31 - 1
LARGEST_BIG = 10**15
ERROR_CODES = (
    "schema_mismatch",
    "bad_response",
    "run_error",
    "rejected",
    "unauthorized",
    "rate_limited",
    "server_error",
    "timeout",
    "connection",
    "too_large",
    "template_error",
    "crashed",
)
BATCH_STATUSES = [str(status) for status in CsvBatch.Status.values]
STATUSES = ["queued", "running", "succeeded", "failed"]


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(trim_whitespace=False)
    header = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True)
    mode = serializers.ChoiceField(["ignore", "prompt", "system_param"], required=False)
    key = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True, allow_null=True)


class ResponseFieldSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(trim_whitespace=False)
    description = serializers.CharField(required=False, allow_blank=True)
    type = serializers.ChoiceField(["string", "number", "integer", "boolean"], required=False)
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class NetworkNameField(serializers.Field[Any, Any, Any, Any]):
    """A network's id or its name."""

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, bool) or not isinstance(data, int | str) or data == "":
            raise serializers.ValidationError("Give the network's id or its name.")
        return data if isinstance(data, int) else serializers.CharField(trim_whitespace=False).run_validation(data)

    def to_representation(self, value: Any) -> Any:
        return value


def cap_field(help_text: str, *, most: int = LARGEST_INDEX) -> serializers.IntegerField:
    """A hard limit; null takes it away. Can be changed at any time."""
    return serializers.IntegerField(min_value=1, max_value=most, required=False, allow_null=True, help_text=help_text)


class DraftSerializer(serializers.Serializer[Any]):
    """The settings of a batch. `columns`, `response_fields` are checked as a whole, with the place in the message."""

    name = serializers.CharField(max_length=200)
    network = NetworkNameField()
    agent_key = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    columns = serializers.ListField(child=serializers.DictField(), required=False)
    prompt_template = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    response_fields = serializers.ListField(child=serializers.DictField(), required=False)
    schema_mode = serializers.ChoiceField(["update", "keep"], required=False)
    debug = serializers.BooleanField(required=False)
    concurrency = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    max_attempts = serializers.IntegerField(min_value=1, max_value=100, required=False)
    max_failures = cap_field("Pauses when so many rows have failed.")
    max_calls = cap_field("Pauses when so many calls of /run were made, each attempt counted; never one more is made.")
    max_tokens = cap_field("Pauses when so many tokens were used.", most=LARGEST_BIG)
    max_minutes = cap_field("Pauses when it has run for so long in all, pauses not counted.")


class ProgressSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    rows_per_second = serializers.FloatField()
    eta_seconds = serializers.IntegerField(allow_null=True)
    tokens = serializers.IntegerField()
    calls = serializers.IntegerField(help_text="Of /run, each attempt counted; those under way too.")
    running_seconds = serializers.IntegerField(help_text="In all, pauses not counted.")


class NetworkRefSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PauseReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class BatchSerializer(serializers.Serializer[Any]):
    """A batch as it is answered."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    network = NetworkRefSerializer(allow_null=True)
    agent_key = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(BATCH_STATUSES)
    columns = ColumnSerializer(many=True)
    prompt_template = serializers.CharField()
    response_fields = ResponseFieldSerializer(many=True)
    schema_json = serializers.DictField(allow_null=True)
    schema_mode = serializers.ChoiceField(["update", "keep"])
    debug = serializers.BooleanField()
    concurrency = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    max_failures = serializers.IntegerField(allow_null=True)
    max_calls = serializers.IntegerField(allow_null=True)
    max_tokens = serializers.IntegerField(allow_null=True)
    max_minutes = serializers.IntegerField(allow_null=True)
    pause_reason = PauseReasonSerializer(allow_null=True)
    upload = serializers.DictField(allow_null=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    source_removed_at = serializers.DateTimeField(allow_null=True, help_text="Since then there is nothing to export.")
    progress = ProgressSerializer()

    def to_representation(self, instance: CsvBatch) -> dict[str, Any]:
        return selectors.batch(instance)


class RowSerializer(serializers.Serializer[Any]):
    """A row as it is answered; the names of its columns come with the context."""

    id = serializers.IntegerField()
    row_index = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES)
    row_payload = serializers.DictField(child=serializers.CharField())
    result_payload = serializers.DictField(allow_null=True)
    corrected_payload = serializers.DictField(allow_null=True)
    run_trace_id = serializers.CharField(allow_null=True)
    error_code = serializers.CharField(allow_null=True)
    error_message = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField()
    available_at = serializers.DateTimeField()
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    elapsed_ms = serializers.IntegerField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return items.as_row(instance, self.context["names"])


class AttemptSerializer(serializers.Serializer[Any]):
    attempt = serializers.IntegerField()
    generation = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField()
    http_status = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField()
    detail = serializers.CharField()


class RowDetailSerializer(RowSerializer):
    attempt_log = AttemptSerializer(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**super().to_representation(instance), "attempt_log": items.attempt_log(instance)}


class RowPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RowSerializer(many=True)


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(required=False, allow_empty_file=True)
    encoding = serializers.CharField(required=False, allow_blank=True)
    delimiter = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    header = serializers.ChoiceField(["1", "0", "true", "false"], required=False, default="1")
    ragged = serializers.ChoiceField(["reject", "pad"], required=False, default="reject")


class WarningSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class UploadedSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())
    encoding = serializers.CharField()
    delimiter = serializers.CharField(allow_null=True)
    warnings = WarningSerializer(many=True)


class NewRowSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX)
    row_payload = serializers.DictField()


class InsertSerializer(serializers.Serializer[Any]):
    rows = NewRowSerializer(many=True)


class InsertedSerializer(serializers.Serializer[Any]):
    inserted = serializers.IntegerField()
    total = serializers.IntegerField()


class PreviewRequestSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, allow_null=True)


class ProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    user_message = serializers.CharField()
    system_params = serializers.DictField()
    problems = ProblemSerializer(many=True)


class RunOrderSerializer(serializers.Serializer[Any]):
    confirm_schema_change = serializers.BooleanField(required=False, default=False)
    seen = serializers.CharField(required=False, allow_null=True)
    first = serializers.IntegerField(min_value=1, max_value=LARGEST_INDEX, required=False, allow_null=True)
    to = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word of Python's own.
        source = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, allow_null=True)
        return {**super().get_fields(), "from": source}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.get("from"), attrs.get("to")
        if attrs.get("first") is not None and (start is not None or end is not None):
            raise serializers.ValidationError({"first": "Give either first, or from and to."})
        if start is not None and end is not None and end < start:
            raise serializers.ValidationError({"to": "The range ends before it begins."})
        return attrs


class RetrySerializer(serializers.Serializer[Any]):
    row_indexes = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX), required=False, allow_null=True
    )
    error_code = serializers.ChoiceField(ERROR_CODES, required=False, allow_null=True)
    force = serializers.BooleanField(required=False, default=False)


class RequeuedSerializer(serializers.Serializer[Any]):
    requeued = serializers.IntegerField()


class RowFilterSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(STATUSES, required=False)
    error_code = serializers.CharField(required=False)
    search = serializers.CharField(required=False)
    field = serializers.CharField(required=False, help_text="A response field; with it one of the following.")
    value = serializers.CharField(required=False, trim_whitespace=False, help_text="Texts as they are, else JSON.")
    least = serializers.FloatField(required=False, help_text="A number, or a text's length, that is not less.")
    below = serializers.FloatField(required=False, help_text="A number, or a text's length, that is less.")
    blank = serializers.BooleanField(required=False, help_text='Missing, null or "".')


class ExportOptionsSerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(["csv", "jsonl"], required=False, default="csv")
    metadata = serializers.BooleanField(required=False, default=True)
    partial = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]
    excel = serializers.BooleanField(required=False, default=False)
    status = serializers.ChoiceField(STATUSES, required=False, allow_null=True, default=None)

"""The JSON of batches, rows and trials. Types are checked here; what the values mean, in the services."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from csv_batches.models import CsvBatch
from csv_batches.rules.choices import MappingMode, RowsToRun, SchemaMode, UploadState
from csv_batches.selectors.batches import batch_as_json
from csv_batches.services.trials import MOST_ROWS
from experiments.api.serializers.fields import ResponseFieldSerializer, ResponseFieldsField
from experiments.api.serializers.items import InsertedSerializer, RowSerializer
from experiments.api.serializers.queues import (
    QUEUE_STATUSES,
    PauseReasonSerializer,
    QueueDraftSerializer,
    QueueSerializer,
    QueueSerializers,
    RangeSerializer,
)
from experiments.api.serializers.read_options import (
    OfferSerializer,
    OptionsInForceSerializer,
    ReadOptionsSerializer,
)
from experiments.core.choices import ErrorCode
from experiments.selectors.items import LARGEST_INDEX

SCHEMA_MODES = SchemaMode.values()


class ColumnSerializer(serializers.Serializer[Any]):
    """A column of the file: `header` is the file's text, `name` is unique."""

    name = serializers.CharField(trim_whitespace=False)
    header = serializers.CharField(trim_whitespace=False, allow_blank=True)
    mode = serializers.ChoiceField(MappingMode.values())
    key = serializers.CharField(
        trim_whitespace=False, allow_blank=True, help_text="Of a system param: its path, dots nest."
    )


class ColumnDraftSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is; in a new draft `mode` is ignore, `key` and `header` are the name."""

    name = serializers.CharField(trim_whitespace=False)
    header = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True)
    mode = serializers.ChoiceField(MappingMode.values(), required=False)
    key = serializers.CharField(required=False, trim_whitespace=False, allow_blank=True, allow_null=True)


@extend_schema_field(ColumnDraftSerializer(many=True))
class ColumnsField(serializers.ListField):
    """Checked as a whole by the service, whose errors name the column."""

    child = serializers.DictField()


class DraftSerializer(QueueDraftSerializer):
    """The settings of a batch. `columns` and `response_fields` are checked as a whole; errors name the entry."""

    columns = ColumnsField(required=False)
    prompt_template = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    response_fields = ResponseFieldsField(required=False)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES, required=False)
    skip_empty = serializers.BooleanField(
        required=False, help_text="Whether rows whose prompt columns are all blank are skipped."
    )


class FileStateSerializer(serializers.Serializer[Any]):
    """How far the latest file is."""

    state = serializers.ChoiceField(UploadState.values())
    bytes = serializers.IntegerField()
    rows = serializers.IntegerField()
    offers = OfferSerializer(many=True, help_text="Of a refused file: what would read it.")
    options = OptionsInForceSerializer(allow_null=True)
    rejects = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `errors` is a name that serializers use themselves.
        return {**super().get_fields(), "errors": serializers.ListField(child=serializers.DictField())}


class BatchSerializer(QueueSerializer):
    """A batch in an answer."""

    columns = ColumnSerializer(many=True)
    prompt_template = serializers.CharField()
    response_fields = ResponseFieldSerializer(many=True)
    schema_json = serializers.DictField(allow_null=True)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES)
    skip_empty = serializers.BooleanField()
    revision = serializers.IntegerField(help_text="From 1; goes up with each change after the start.")
    upload = FileStateSerializer(allow_null=True)

    def to_representation(self, instance: CsvBatch) -> dict[str, Any]:
        return batch_as_json(instance)


class UploadSerializer(ReadOptionsSerializer):
    """A file, or without one other options for the kept file."""

    file = serializers.FileField(required=False, allow_empty_file=True)


class FromManifestSerializer(serializers.Serializer[Any]):
    """A manifest and its file, in a multipart form."""

    manifest = serializers.FileField(help_text="The JSON of `GET …/manifest`; its schema is at `…/manifest/schema`.")
    file = serializers.FileField(allow_empty_file=True)
    accept_other_file = serializers.BooleanField(
        required=False, default=False, help_text="Whether the file may be another one than the manifest names."
    )


class WarningSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class UploadedSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())
    encoding = serializers.CharField()
    delimiter = serializers.CharField(allow_null=True)
    options = OptionsInForceSerializer()
    rejects = serializers.IntegerField(help_text="Unreadable rows that were left out; `…/rejects` lists them.")
    warnings = WarningSerializer(many=True)


class NewRowSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX)
    row_payload = serializers.DictField()


class InsertSerializer(serializers.Serializer[Any]):
    rows = NewRowSerializer(many=True)


class AddedRowSerializer(serializers.Serializer[Any]):
    row_payload = serializers.DictField()


class AppendedSerializer(InsertedSerializer):
    changed = serializers.IntegerField(required=False, help_text="With `key`: rows whose cells changed.")


class AppendSerializer(serializers.Serializer[Any]):
    """Either a `file`, in a multipart form, or `rows`."""

    file = serializers.FileField(required=False)
    key = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="With a file: a column by whose values rows are known again. Those that changed get the new cells "
        "and run again; those that the file lacks stay.",
    )
    rows = AddedRowSerializer(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("rows" in attrs):
            raise serializers.ValidationError({"file": "Give either a file or rows."}, code=ErrorCode.REQUIRED)
        if "key" in attrs and "file" not in attrs:
            raise serializers.ValidationError({"key": "Give the key with a file."}, code=ErrorCode.REQUIRED)
        return attrs


class ReviseSerializer(serializers.Serializer[Any]):
    """What changes, and which rows run then. What is left out stays as it is."""

    columns = ColumnsField(required=False)
    prompt_template = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    response_fields = ResponseFieldsField(required=False)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES, required=False)
    rows = serializers.ChoiceField(
        RowsToRun.values(),
        required=False,
        default=RowsToRun.NONE.value,
        help_text="`remaining`: those that wait; `failed`: failed ones, too; `all`: all again.",
    )
    row_indexes = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX),
        required=False,
        help_text="Rows that run again, whatever they have.",
    )
    confirm_schema_change = serializers.BooleanField(required=False, default=False)
    seen = serializers.CharField(required=False, allow_null=True)


class RevisionSerializer(serializers.Serializer[Any]):
    """What the batch sent and checked. `until` and `changed_by` are null for the present one."""

    revision = serializers.IntegerField()
    until = serializers.DateTimeField(allow_null=True)
    changed_by = serializers.CharField(allow_null=True)
    columns = ColumnSerializer(many=True)
    prompt_template = serializers.CharField()
    response_fields = ResponseFieldSerializer(many=True)
    schema_json = serializers.DictField(allow_null=True)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES)


class PreviewRequestSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, allow_null=True)


class ProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    user_message = serializers.CharField()
    system_params = serializers.DictField()
    problems = ProblemSerializer(many=True)


class RunOrderSerializer(RangeSerializer):
    confirm_schema_change = serializers.BooleanField(required=False, default=False)
    seen = serializers.CharField(required=False, allow_null=True)


class TrySerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, required=False, default=3)
    start = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, default=0)


class EstimateSerializer(serializers.Serializer[Any]):
    p50_s = serializers.FloatField(help_text="Seconds for the whole batch if its rows take as long as the median one.")
    p95_s = serializers.FloatField(help_text="Seconds for the whole batch if its rows take as long as the slow ones.")
    tokens = serializers.IntegerField(allow_null=True, help_text="Null where the network does not say.")
    row_cost_p50 = serializers.FloatField(allow_null=True, help_text="Of the median row. Null: no cost is known.")
    row_cost_p95 = serializers.FloatField(allow_null=True, help_text="Of the dear rows.")
    cost_p50 = serializers.FloatField(allow_null=True, help_text="Of the whole batch if its rows cost as the median.")
    cost_p95 = serializers.FloatField(
        allow_null=True, help_text="Of the whole batch if its rows cost as the dear ones."
    )


class TrialSerializer(serializers.Serializer[Any]):
    """The latest trial; `status` is null before the first, `estimate` until a row has succeeded."""

    status = serializers.ChoiceField(QUEUE_STATUSES, allow_null=True)
    rows = serializers.ListField(child=RowSerializer())
    estimate = EstimateSerializer(allow_null=True)
    pause_reason = PauseReasonSerializer(allow_null=True)


SERIALIZERS = QueueSerializers(
    queue=BatchSerializer, draft=DraftSerializer, run=RunOrderSerializer, new_items=InsertSerializer
)

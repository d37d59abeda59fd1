"""The JSON of batches and rows: what comes in is checked here for its shape, in the services for its sense."""

from typing import Any

from rest_framework import serializers

from csv_batches.models import CsvBatch
from csv_batches.selectors import batches as selectors
from experiments.api.serializers.queues import QueueDraftSerializer, QueueSerializer, QueueSerializers, RangeSerializer
from experiments.selectors.items import LARGEST_INDEX

SCHEMA_MODES = [str(mode) for mode in CsvBatch.SchemaMode.values]


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


class DraftSerializer(QueueDraftSerializer):
    """The settings of a batch. `columns`, `response_fields` are checked as a whole, with the place in the message."""

    columns = serializers.ListField(child=serializers.DictField(), required=False)
    prompt_template = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    response_fields = serializers.ListField(child=serializers.DictField(), required=False)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES, required=False)


class BatchSerializer(QueueSerializer):
    """A batch as it is answered."""

    columns = ColumnSerializer(many=True)
    prompt_template = serializers.CharField()
    response_fields = ResponseFieldSerializer(many=True)
    schema_json = serializers.DictField(allow_null=True)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES)
    upload = serializers.DictField(allow_null=True)

    def to_representation(self, instance: CsvBatch) -> dict[str, Any]:
        return selectors.batch(instance)


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


SERIALIZERS = QueueSerializers(
    queue=BatchSerializer, draft=DraftSerializer, run=RunOrderSerializer, new_items=InsertSerializer
)

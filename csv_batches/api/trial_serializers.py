"""The JSON of trials."""

from typing import Any

from rest_framework import serializers

from csv_batches.services.trials import MOST_ROWS
from experiments.api.serializers.queues import QUEUE_STATUSES, PauseReasonSerializer, RowSerializer
from experiments.selectors.items import LARGEST_INDEX


class TrySerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, required=False, default=3)
    start = serializers.IntegerField(min_value=0, max_value=LARGEST_INDEX, required=False, default=0)


class EstimateSerializer(serializers.Serializer[Any]):
    p50_s = serializers.FloatField(help_text="Seconds for the whole batch if its rows take as long as the median one.")
    p95_s = serializers.FloatField(help_text="Seconds for the whole batch if its rows take as long as the slow ones.")
    tokens = serializers.IntegerField(allow_null=True, help_text="Null where the network does not say.")


class TrialSerializer(serializers.Serializer[Any]):
    """The latest trial; `status` is null before the first, `estimate` until a row has succeeded."""

    status = serializers.ChoiceField(QUEUE_STATUSES, allow_null=True)
    rows = serializers.ListField(child=RowSerializer())
    estimate = EstimateSerializer(allow_null=True)
    pause_reason = PauseReasonSerializer(allow_null=True)

"""The API call that makes an experiment of a finished batch."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from csv_batches.api.batches import BatchView
from csv_batches.services import to_experiment
from experiments.core.choices import Role
from experiments.experiment_kind.api.serializers import ExperimentSerializer
from experiments.kinds import kind_of


class WhichRowsSerializer(serializers.Serializer[Any]):
    only = serializers.ChoiceField(["corrected"], required=False, allow_null=True)


class BatchExperiment(BatchView):
    """Makes a draft of an experiment of a finished batch.

    Its items are what was sent for each answered row, with its answer, corrected or not, as expected.

    `only` corrected: of the rows that a person corrected.
    """

    needs: ClassVar = {"POST": Role.VIEWER}

    @extend_schema(
        operation_id="csv_batches_make_experiment", request=WhichRowsSerializer, responses={201: ExperimentSerializer}
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        corrected_only = self.checked(WhichRowsSerializer, request.data).get("only") == "corrected"
        experiment = to_experiment.make(batch=batch, user=request.user, corrected_only=corrected_only)
        return Response(kind_of(experiment).serializers().queue(experiment).data, status=status.HTTP_201_CREATED)

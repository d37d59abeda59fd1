"""The API call that tries some rows before the start."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from csv_batches.api import serializers
from csv_batches.api.batches import BatchView
from csv_batches.models import CsvBatch
from csv_batches.rules.estimate import Estimate
from csv_batches.selectors.trials import trial_as_json
from csv_batches.services import trials
from experiments.core.cost import as_number


class BatchTry(BatchView):
    """Real runs of a few rows by the worker, which do not count as results, and what they say about all of them."""

    @extend_schema(
        responses=serializers.TrialSerializer,
        description="Shows the latest trial, and what it says about all rows.",
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        return self.trial(self.queue(), status.HTTP_200_OK)

    @extend_schema(
        request=serializers.TrySerializer,
        responses={202: serializers.TrialSerializer},
        description="Has a worker run a few rows for real; these do not count as results.",
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        values = self.checked(serializers.TrySerializer, request.data)
        trials.start(batch_id=batch.pk, rows=values["rows"], first=values["start"])
        return self.trial(self.queue(), status.HTTP_202_ACCEPTED)

    def trial(self, batch: CsvBatch, code: int) -> Response:
        trial = trial_as_json(batch)
        estimate = trial["estimate"]
        return Response({**trial, "estimate": _as_json(estimate) if estimate else None}, status=code)


def _as_json(estimate: Estimate) -> dict[str, Any]:
    return {name: as_number(value) if isinstance(value, Decimal) else value for name, value in asdict(estimate).items()}

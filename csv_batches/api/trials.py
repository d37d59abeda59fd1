"""The API before a start: trying some rows."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from csv_batches.api import trial_serializers as shapes
from csv_batches.api.batches import BatchView
from csv_batches.models import CsvBatch
from csv_batches.selectors import trials as tried
from csv_batches.services import trials


class BatchTry(BatchView):
    """Real runs of a few rows by the worker, which do not count as results, and what they say about all of them."""

    @extend_schema(responses=shapes.TrialSerializer)
    def get(self, request: Request, batch_id: UUID) -> Response:
        return self.trial(self.queue(), status.HTTP_200_OK)

    @extend_schema(request=shapes.TrySerializer, responses={202: shapes.TrialSerializer})
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        values = self.checked(shapes.TrySerializer, request.data)
        trials.start(batch_id=batch.pk, rows=values["rows"], first=values["start"])
        return self.trial(self.queue(), status.HTTP_202_ACCEPTED)

    def trial(self, batch: CsvBatch, code: int) -> Response:
        state = tried.state(batch)
        estimate = state["estimate"]
        return Response({**state, "estimate": asdict(estimate) if estimate else None}, status=code)

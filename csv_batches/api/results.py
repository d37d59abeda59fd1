"""The API after the answers came: how they are distributed, and a person's answer in the place of one."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from csv_batches.api import shapes_results as shapes
from csv_batches.api.batches import BatchRow, BatchView
from csv_batches.api.shapes import RowDetailSerializer
from experiments.selectors import results
from experiments.services import corrections


class BatchResults(BatchView):
    """Per response field the distribution of its values over all rows. Of a large batch it may be minutes old."""

    @extend_schema(responses=shapes.ResultsSerializer)
    def get(self, request: Request, batch_id: UUID) -> Response:
        return Response(results.distributions(self.batch()), status=status.HTTP_200_OK)


class BatchRowAnswer(BatchRow):
    """One row with the log of its attempts; a person's answer beside the one that came."""

    @extend_schema(request=shapes.CorrectionSerializer, responses=RowDetailSerializer)
    def patch(self, request: Request, batch_id: UUID, row_index: int) -> Response:
        batch = self.batch()
        get_object_or_404(batch.rows, row_index=row_index)
        values = self.checked(shapes.CorrectionSerializer, request.data)
        row = corrections.correct(queue=batch, row_index=row_index, payload=values["corrected_payload"])
        return Response(RowDetailSerializer(row, context={"names": batch.column_names}).data)

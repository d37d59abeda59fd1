"""The API of a queue's items, which are rows on the wire: read, corrected, counted, exported."""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.pagination import RowCursor
from experiments.api.queues import Described
from experiments.api.serializers import queues as shapes
from experiments.export.response import export_response
from experiments.kinds import QueueKind
from experiments.models import Queue, QueueItem
from experiments.selectors import items, results
from experiments.services import corrections, exports

PAGING = (
    OpenApiParameter("limit", int, description="Rows on a page: 100 where not given, at most 1000."),
    OpenApiParameter("cursor", str, description="Where a page begins; comes in `next` and `previous`."),
)


class ItemView(QueueView):
    def shown(self, serializer: type[shapes.RowSerializer], queue: Queue, found: Any, **more: Any) -> Any:
        context = {"names": self.kind.columns(queue), "extras": self.kind.extras(queue)}
        return serializer(found, context=context, **more).data


class QueueItems(ItemView):
    """The rows in row order; a bulk insert into a draft."""

    @staticmethod
    def described(kind: QueueKind) -> Described:
        listed = {
            "operation_id": f"api_{kind.collection}_rows_list",
            "parameters": [shapes.RowFilterSerializer, *PAGING],
            "responses": kind.serializers().row_page,
        }
        inserted = {"request": kind.serializers().new_items, "responses": {201: shapes.InsertedSerializer}}
        return {"get": listed, **({"post": inserted} if "insert" in kind.can else {})}

    def get(self, request: Request, **place: Any) -> Response:
        queue = self.queue()
        wanted = self.checked(shapes.RowFilterSerializer, request.query_params)
        cursor = RowCursor()
        page = cursor.paginate_queryset(items.items_filtered(queue, wanted), request, view=self)
        return cursor.get_paginated_response(self.shown(self.kind.serializers().row, queue, page, many=True))

    def post(self, request: Request, **place: Any) -> Response:
        queue = self.queue()
        values = self.checked(self.kind.serializers().new_items, request.data)
        inserted, total = self.kind.insert(queue_id=queue.pk, rows=values["rows"])
        return Response({"inserted": inserted, "total": total}, status=status.HTTP_201_CREATED)


class QueueItemDetail(ItemView):
    """One row with the log of its attempts; a person's answer beside the one that came."""

    @staticmethod
    def described(kind: QueueKind) -> Described:
        answered = {"responses": kind.serializers().row_detail}
        return {"get": answered, "patch": {"request": shapes.CorrectionSerializer, **answered}}

    def get(self, request: Request, row_index: int, **place: Any) -> Response:
        queue = self.queue()
        return Response(self.shown(self.kind.serializers().row_detail, queue, self.item(queue, row_index)))

    def patch(self, request: Request, row_index: int, **place: Any) -> Response:
        queue = self.queue()
        self.item(queue, row_index)
        values = self.checked(shapes.CorrectionSerializer, request.data)
        corrections.correct(queue=queue, row_index=row_index, payload=values["corrected_payload"])
        return Response(self.shown(self.kind.serializers().row_detail, queue, self.item(queue, row_index)))

    def item(self, queue: Queue, row_index: int) -> QueueItem:
        found = items.items_of_queue(queue).filter(row_index=row_index).first()
        if found is None:
            raise Http404
        return found


class QueueResults(QueueView):
    """Per response field the distribution of its values over all rows. Of very many rows it may be minutes old."""

    @extend_schema(responses=shapes.ResultsSerializer)
    def get(self, request: Request, **place: Any) -> Response:
        return Response(results.distributions(self.queue()), status=status.HTTP_200_OK)


class QueueExport(QueueView):
    """The original columns, then the answers, one line a row."""

    @extend_schema(
        parameters=[shapes.ExportOptionsSerializer],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, "application/jsonl"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, **place: Any) -> StreamingHttpResponse:
        queue = self.queue()
        options = exports.ExportOptions(**self.checked(shapes.ExportOptionsSerializer, request.query_params))
        return export_response(exports.download(queue, options), protocol=request.META["SERVER_PROTOCOL"])

"""The API of a queue's items, which it calls rows: reading, correcting, counting and exporting them."""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.pagination import RowCursor
from experiments.api.queues import Methods
from experiments.api.serializers import items as serializers
from experiments.api.serializers.row_choice import ExportOptionsSerializer, RowListSerializer
from experiments.export.formats import EXPORT_FORMATS
from experiments.export.response import export_response
from experiments.http.page_time import takes_its_time
from experiments.kinds import QueueKind
from experiments.models import Queue, QueueItem
from experiments.selectors import items, results
from experiments.selectors.field_filter import check_fields
from experiments.services import correction_acts, corrections, exports

LATEST_ACTS = 20
"""Corrections that are listed."""
PAGING = (
    OpenApiParameter("limit", int, description="Rows on a page: 100 where not given, at most 1000."),
    OpenApiParameter("cursor", str, description="Where a page begins; comes in `next` and `previous`."),
)


EXPORT_BODIES = {
    (200, writer.media_type): {"type": "string"} if writer.is_text else {"type": "string", "format": "binary"}
    for writer in EXPORT_FORMATS.values()
}


class ItemView(QueueView):
    def row_data(self, serializer: type[serializers.RowSerializer], queue: Queue, found: Any, **more: Any) -> Any:
        """The JSON of an item, or with `many` of some."""
        layout = self.kind.layout(queue)
        context = {"names": layout.columns, "extras": layout.extras, "since": queue.waits_since}
        return serializer(found, context=context, **more).data


class QueueItems(ItemView):
    """The rows in row order; a bulk insert into a draft."""

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        listed = {
            "operation_id": f"{kind.collection}_rows_list",
            "parameters": [RowListSerializer, *PAGING],
            "responses": kind.serializers().row_page,
            "description": (
                "Lists the rows in row order, or in that of `sort`. Filters can be combined. A page may have fewer "
                "rows than `limit` while there is a `next`. Where `search` or a filter by answers found none in time, "
                "the answer is a 400, `too_broad`, with the `next` to continue from. Where there was no time to sort "
                "all rows, it is a `too_broad` of `sort`, whose `next` continues. Of more than 20,000 rows a "
                "sorted page has 100 at most."
            ),
        }
        inserted = {
            "operation_id": f"{kind.collection}_rows_insert",
            "request": kind.serializers().new_items,
            "responses": {201: serializers.InsertedSerializer},
            "description": (
                "Inserts rows into a draft, at most 10,000 in a call. A row that is there already is not stored twice."
            ),
        }
        return {"get": listed, **({"post": inserted} if "insert" in kind.can else {})}

    def get(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        wanted = self.checked(RowListSerializer, request.query_params)
        cursor = RowCursor()
        page = cursor.page_of_rows(queue, wanted, request)
        return cursor.get_paginated_response(self.row_data(self.kind.serializers().row, queue, page, many=True))

    def post(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        values = self.checked(self.kind.serializers().new_items, request.data)
        inserted, total = self.kind.insert(queue_id=queue.pk, rows=values["rows"])
        return Response({"inserted": inserted, "total": total}, status=status.HTTP_201_CREATED)


class QueueItemDetail(ItemView):
    """One row with the log of its attempts; a person's answer beside the one that came."""

    @staticmethod
    def methods_of_kind(kind: QueueKind) -> Methods:
        shown = {
            "responses": kind.serializers().row_detail,
            "description": "Shows one row with the log of its attempts.",
        }
        corrected = {
            "request": serializers.CorrectionSerializer,
            "responses": kind.serializers().row_detail,
            "description": "Stores a person's answer beside the one that came; it is checked like that.",
        }
        return {"get": shown, "patch": corrected}

    def get(self, request: Request, row_index: int, **ids: Any) -> Response:
        queue = self.queue()
        return Response(self.row_data(self.kind.serializers().row_detail, queue, self.item(queue, row_index)))

    def patch(self, request: Request, row_index: int, **ids: Any) -> Response:
        queue = self.queue()
        self.item(queue, row_index)
        values = self.checked(serializers.CorrectionSerializer, request.data)
        corrections.correct(queue=queue, row_index=row_index, payload=values["corrected_payload"])
        return Response(self.row_data(self.kind.serializers().row_detail, queue, self.item(queue, row_index)))

    def item(self, queue: Queue, row_index: int) -> QueueItem:
        found = items.items_of_queue(queue).filter(row_index=row_index).first()
        if found is None:
            raise Http404
        return found


class QueueCorrections(QueueView):
    """Sets response fields in the answers of many rows at once; all other members of the answers stay.

    Rows are named, or those with a result that a filter leaves. Where one of them would break the schema the answer is
    a 400 with their `row_indexes` (100 at most), and none is changed. More than 5,000 rows of a filter are left to a
    worker, which checks all before it changes any (202): `progress.correcting` says how far it is, a GET how it ended.
    """

    @extend_schema(responses=serializers.CorrectionActSerializer(many=True))
    def get(self, request: Request, **ids: Any) -> Response:
        """The latest corrections, the last one first."""
        queue = self.queue()
        acts = queue.correction_acts.order_by("-id")[:LATEST_ACTS]
        return Response(serializers.CorrectionActSerializer(acts, many=True, context={"queue": queue}).data)

    @extend_schema(
        request=serializers.CorrectRowsSerializer,
        responses={200: serializers.CorrectedSerializer, 202: serializers.CorrectedSerializer},
    )
    def post(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        order = self.checked(serializers.CorrectRowsSerializer, request.data)
        check_fields(queue, order.get("filter") or {}, at="filter.")
        done = corrections.correct_many(
            queue=queue, values=order["set"], row_indexes=order.get("row_indexes"), wanted=order.get("filter")
        )
        code = status.HTTP_202_ACCEPTED if done.later else status.HTTP_200_OK
        counts = {"corrected": done.rows, "later": done.later, "skipped": done.skipped, "correction": done.act}
        return Response(counts, status=code)


class QueueCorrectionUndo(QueueView):
    """Puts back what was there before a correction, of one row or of many."""

    @extend_schema(request=serializers.UndoCorrectionSerializer, responses=serializers.UndoneSerializer)
    def post(self, request: Request, **ids: Any) -> Response:
        queue = self.queue()
        order = self.checked(serializers.UndoCorrectionSerializer, request.data)
        undone = correction_acts.undo(queue=queue, act_id=order.get("correction"))
        return Response({"undone": undone.rows, "kept": undone.kept})


@takes_its_time
class QueueResults(QueueView):
    """Counts per response field which values are there, over all rows. Of very many rows it may be minutes old."""

    @extend_schema(responses=serializers.ResultsSerializer)
    def get(self, request: Request, **ids: Any) -> Response:
        return Response(results.distributions(self.queue()), status=status.HTTP_200_OK)


@takes_its_time
class QueueExport(QueueView):
    """Exports the original columns, then the answers, one line a row.

    Of a batch that has not ended only with `partial`.
    """

    @extend_schema(
        parameters=[ExportOptionsSerializer],
        responses=EXPORT_BODIES,
    )
    def get(self, request: Request, **ids: Any) -> StreamingHttpResponse:
        queue = self.queue()
        options = exports.ExportOptions(**self.checked(ExportOptionsSerializer, request.query_params))
        return export_response(exports.download(queue, options), request)

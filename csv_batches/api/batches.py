"""The API of CSV batches: each view checks its input, calls one service or selector, and answers."""

from typing import Any
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csv_batches.api import shapes
from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.selectors import batches as selectors
from csv_batches.services import drafts, launch, preview, uploads
from experiments.downloads import export_response
from experiments.ingest import ReadOptions
from experiments.pagination import PageCursor, RowCursor
from experiments.selectors import items
from experiments.services import export, queues

PAGING = (
    OpenApiParameter("limit", int, description="Rows on a page: 100 where not given, at most 1000."),
    OpenApiParameter("cursor", str, description="Where a page begins; comes in `next` and `previous`."),
)


class BatchView(APIView):
    """A view of one batch; anybody else's does not exist."""

    def batch(self) -> CsvBatch:
        found = selectors.batches_of(self.request.user).filter(pk=self.kwargs["batch_id"]).first()
        if found is None:
            raise Http404
        return found

    def checked(self, serializer: type[serializers.Serializer[Any]], data: Any, **more: Any) -> dict[str, Any]:
        bound = serializer(data=data, **more)
        bound.is_valid(raise_exception=True)
        values: dict[str, Any] = bound.validated_data
        return values

    def answer(self, code: int) -> Response:
        """The batch as it is by now."""
        return Response(shapes.BatchSerializer(self.batch()).data, status=code)


class BatchList(generics.ListAPIView[CsvBatch]):
    """The batches that one may see, the newest first; a new draft."""

    serializer_class = shapes.BatchSerializer
    pagination_class = PageCursor
    queryset = CsvBatch.objects.none()

    def get_queryset(self) -> Any:
        return selectors.batches_of(self.request.user)

    @extend_schema(request=shapes.DraftSerializer, responses={201: shapes.BatchSerializer})
    def post(self, request: Request) -> Response:
        body = shapes.DraftSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        batch = drafts.create(user=request.user, values=body.validated_data)
        return Response(shapes.BatchSerializer(batch).data, status=status.HTTP_201_CREATED)


class BatchDetail(BatchView):
    """One batch. After the start only `name`, `concurrency` and its hard limits, `max_failures`, `max_calls`,
    `max_tokens` and `max_minutes`, change."""

    @extend_schema(responses=shapes.BatchSerializer)
    def get(self, request: Request, batch_id: UUID) -> Response:
        return Response(shapes.BatchSerializer(self.batch()).data)

    @extend_schema(request=shapes.DraftSerializer(partial=True), responses=shapes.BatchSerializer)
    def patch(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        values = self.checked(shapes.DraftSerializer, request.data, partial=True)
        drafts.update(batch_id=batch.pk, values=values)
        return self.answer(status.HTTP_200_OK)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, batch_id: UUID) -> Response:
        queues.delete(queue=self.batch())
        return Response(status=status.HTTP_204_NO_CONTENT)


class BatchUpload(BatchView):
    """Stores the rows of a CSV or JSON Lines file in place of what the draft had; without a file reads the kept one.

    A file above 20 MB is read by a worker: the answer is the batch, whose `upload` shows how far it is.
    """

    # Without a file a form need not be a multipart one.
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        request={"multipart/form-data": shapes.UploadSerializer},
        responses={201: shapes.UploadedSerializer, 202: shapes.BatchSerializer},
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        values = self.checked(shapes.UploadSerializer, request.data)
        options = ReadOptions(
            encoding=values.get("encoding") or None,
            delimiter=values.get("delimiter") or None,
            header=values["header"] in ("1", "true"),
            ragged=values["ragged"],
        )
        if values.get("file") is None:
            batch = uploads.read_again(batch_id=batch.pk, options=options)
        else:
            batch = uploads.receive(batch_id=batch.pk, file=values["file"], options=options)
        if batch.is_being_read:
            return self.answer(status.HTTP_202_ACCEPTED)
        body = {
            "rows": batch.total,
            "columns": batch.column_names,
            "encoding": batch.encoding,
            "delimiter": batch.delimiter or None,
            "warnings": batch.warnings,
        }
        return Response(body, status=status.HTTP_201_CREATED)


class BatchRows(BatchView):
    """The rows in row order; a bulk insert into a draft."""

    @extend_schema(
        operation_id="api_csv_batches_rows_list",
        parameters=[shapes.RowFilterSerializer, *PAGING],
        responses=shapes.RowPageSerializer,
    )
    def get(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        wanted = self.checked(shapes.RowFilterSerializer, request.query_params)
        cursor = RowCursor()
        page = cursor.paginate_queryset(items.filtered(batch, wanted), request, view=self)
        context = {"names": batch.column_names}
        return cursor.get_paginated_response(shapes.RowSerializer(page, many=True, context=context).data)

    @extend_schema(request=shapes.InsertSerializer, responses={201: shapes.InsertedSerializer})
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        values = self.checked(shapes.InsertSerializer, request.data)
        inserted, total = drafts.insert_rows(batch_id=batch.pk, rows=values["rows"])
        return Response({"inserted": inserted, "total": total}, status=status.HTTP_201_CREATED)


class BatchRow(BatchView):
    """One row with the log of its attempts."""

    @extend_schema(responses=shapes.RowDetailSerializer)
    def get(self, request: Request, batch_id: UUID, row_index: int) -> Response:
        batch = self.batch()
        row: CsvBatchRow | None = batch.rows.filter(row_index=row_index).first()
        if row is None:
            raise Http404
        return Response(shapes.RowDetailSerializer(row, context={"names": batch.column_names}).data)


class BatchPreview(BatchView):
    """A row as it would be sent, and what in the template no row has."""

    @extend_schema(request=shapes.PreviewRequestSerializer, responses=shapes.PreviewSerializer)
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        values = self.checked(shapes.PreviewRequestSerializer, request.data)
        return Response(preview.of_row(batch, values.get("row_index")))


class BatchRun(BatchView):
    """Starts: all rows, the `first` n, or those `from` a `to` b, both included."""

    @extend_schema(request=shapes.RunOrderSerializer, responses={202: shapes.BatchSerializer})
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        values = self.checked(shapes.RunOrderSerializer, request.data)
        first = values.get("first")
        order = launch.Order(
            confirmed=values["confirm_schema_change"],
            seen=values.get("seen"),
            range_from=0 if first is not None else values.get("from"),
            range_to=first if first is not None else _after(values.get("to")),
        )
        launch.run(batch_id=batch.pk, user=request.user, order=order)
        return self.answer(status.HTTP_202_ACCEPTED)


def _after(last: int | None) -> int | None:
    """The rows `from` a `to` b are given with both ends; inside, ranges end before `range_to`."""
    return None if last is None else last + 1


class StatusChange(BatchView):
    """An action without a body."""

    @extend_schema(request=None, responses={202: shapes.BatchSerializer})
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        self.change(batch)
        return self.answer(status.HTTP_202_ACCEPTED)

    def change(self, batch: CsvBatch) -> None:
        raise NotImplementedError


class BatchPause(StatusChange):
    """Calls in flight end and are recorded."""

    def change(self, batch: CsvBatch) -> None:
        queues.pause(queue_id=batch.pk, by=self.request.user.get_username())


class BatchResume(StatusChange):
    """Goes on with a paused or cancelled batch."""

    def change(self, batch: CsvBatch) -> None:
        queues.resume(queue_id=batch.pk)


class BatchCancel(StatusChange):
    """Calls in flight end and are recorded; what waits stays as it is."""

    def change(self, batch: CsvBatch) -> None:
        queues.cancel(queue_id=batch.pk)


class BatchRetry(BatchView):
    """Puts failed rows back, with `force` succeeded ones too."""

    @extend_schema(request=shapes.RetrySerializer, responses={202: shapes.RequeuedSerializer})
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.batch()
        values = self.checked(shapes.RetrySerializer, request.data)
        requeued = queues.retry(queue_id=batch.pk, **values)
        return Response({"requeued": requeued}, status=status.HTTP_202_ACCEPTED)


class BatchExport(BatchView):
    """The original columns, then the answers, one line a row."""

    @extend_schema(
        parameters=[shapes.ExportOptionsSerializer],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, "application/jsonl"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, batch_id: UUID) -> StreamingHttpResponse:
        batch = self.batch()
        options = export.ExportOptions(**self.checked(shapes.ExportOptionsSerializer, request.query_params))
        return export_response(batch, options)

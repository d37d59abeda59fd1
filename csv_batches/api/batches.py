"""The API calls of CSV batches that other queues do not have: the file, and a row as it would be sent."""

from typing import ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from csv_batches.api import serializers
from csv_batches.models import KIND
from csv_batches.rules.choices import RowsToRun
from csv_batches.selectors.batches import stored_file_as_json
from csv_batches.selectors.preview import preview_of_row
from csv_batches.selectors.revisions import revisions_as_json
from csv_batches.services import append, launch, newer_file, revise, uploads
from csv_batches.services.rejects import rejects_response
from experiments.api.base import QueueView
from experiments.api.parsers import BoundedJSONParser
from experiments.core.choices import Role


class BatchView(QueueView):
    kind_name = KIND


class BatchUpload(BatchView):
    """Stores the rows of a file (CSV, JSON, XLSX …) in place of what the draft had; without one reads the kept one.

    A file above 20 MB is read by a worker: the answer is the batch, whose `upload` shows how far it is.
    """

    # Without a file a form need not be a multipart one.
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={201: serializers.UploadedSerializer, 202: serializers.BatchSerializer},
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        values = self.checked(serializers.UploadSerializer, request.data)
        options = serializers.UploadSerializer.read_options(values)
        if values.get("file") is None:
            batch = uploads.read_again(batch_id=batch.pk, options=options)
        else:
            batch = uploads.receive(batch_id=batch.pk, file=values["file"], options=options)
        if batch.is_being_read:
            return self.answer(status.HTTP_202_ACCEPTED)
        return Response(stored_file_as_json(batch), status=status.HTTP_201_CREATED)


class BatchAppend(BatchView):
    """Adds rows to a batch that is completed, cancelled or paused: those of a file, or some by themselves.

    A file has the same columns, in whatever order. The new rows wait until a `run` of a completed batch, or a `resume`.
    With `key` it is a newer file of the same rows: those that changed run again, at once where the batch is completed.
    """

    parser_classes = (BoundedJSONParser, MultiPartParser)

    @extend_schema(request=serializers.AppendSerializer, responses={201: serializers.AppendedSerializer})
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        values = self.checked(serializers.AppendSerializer, request.data)
        if "key" in values:
            done = newer_file.apply(batch_id=batch.pk, file=values["file"], key=values["key"])
            counts = {"inserted": done.added, "total": done.total, "changed": done.changed}
            return Response(counts, status=status.HTTP_201_CREATED)
        if values.get("file") is not None:
            inserted, total = append.append_file(batch_id=batch.pk, file=values["file"])
        else:
            inserted, total = append.append_rows(batch_id=batch.pk, rows=values["rows"])
        return Response({"inserted": inserted, "total": total}, status=status.HTTP_201_CREATED)


class BatchRevise(BatchView):
    """Changes columns, prompt or schema of a batch that was started, while nothing is called.

    Answers stay and belong to the revision that they were made with: `revision` of a row. Whatever is called from then
    on is of the next one. 409 while the batch runs, and as `run` where it would replace the network's schema.
    """

    @extend_schema(request=serializers.ReviseSerializer, responses=serializers.BatchSerializer)
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        values = self.checked(serializers.ReviseSerializer, request.data)
        change = revise.Change(
            values=values,
            rows=RowsToRun(values["rows"]),
            row_indexes=values.get("row_indexes"),
            order=launch.Order(confirmed=values["confirm_schema_change"], seen=values.get("seen")),
        )
        revise.revise(batch_id=batch.pk, user=request.user, change=change)
        return self.answer(status.HTTP_200_OK)


class BatchRevisions(BatchView):
    """All revisions, the present one last."""

    @extend_schema(responses=serializers.RevisionSerializer(many=True))
    def get(self, request: Request, batch_id: UUID) -> Response:
        return Response(revisions_as_json(self.queue()))


class BatchRejects(BatchView):
    """The rows of the file that were left out because they can't be read: a CSV of `line,reason,text`.

    Only its header where no row was left out, and after the source was removed.
    """

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, batch_id: UUID) -> HttpResponseBase:
        return rejects_response(self.queue())


class BatchPreview(BatchView):
    """Shows a row as it would be sent, and what in the template no row has."""

    needs: ClassVar = {"POST": Role.VIEWER}

    @extend_schema(request=serializers.PreviewRequestSerializer, responses=serializers.PreviewSerializer)
    def post(self, request: Request, batch_id: UUID) -> Response:
        batch = self.queue()
        values = self.checked(serializers.PreviewRequestSerializer, request.data)
        return Response(preview_of_row(batch, values.get("row_index")))

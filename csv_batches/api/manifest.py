"""The API calls about manifests: that of a batch, a batch of one, and the schema of all."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from csv_batches.api import serializers
from csv_batches.api.batches import BatchView
from csv_batches.rules import manifest as rules
from csv_batches.selectors.manifest import manifest_of
from csv_batches.services import manifest as services
from experiments.api.base import ApiView
from experiments.kinds import kind_of


class BatchManifest(BatchView):
    """All that the batch is made of except its file, as one JSON: how it is read, mapping, prompt, schema, limits.

    With the file it makes the same batch again, here or on another site that has a network of that name.
    """

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, batch_id: UUID) -> Response:
        return Response(manifest_of(self.queue()))


class FromManifest(BatchView):
    """A new draft of a manifest and its file: rows, mapping, prompt, schema and settings, or nothing of it.

    Another file than the one that the manifest names is a 400, `other_file`, unless `accept_other_file`. A file above
    20 MB is read by a worker: `upload` shows how far it is.
    """

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="csv_batches_from_manifest",
        request={"multipart/form-data": serializers.FromManifestSerializer},
        responses={201: serializers.BatchSerializer},
    )
    def post(self, request: Request) -> Response:
        values = self.checked(serializers.FromManifestSerializer, request.data)
        batch = services.create(
            user=request.user,
            manifest=services.read(values["manifest"]),
            file=values["file"],
            accept_other_file=values["accept_other_file"],
        )
        return Response(kind_of(batch).serializers().queue(batch).data, status=status.HTTP_201_CREATED)


class ManifestSchema(ApiView):
    """The JSON Schema (2020-12) of manifests. Editors find it by a manifest's `$schema`, so it asks for no sign-in."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="csv_batches_manifest_schema", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(rules.schema())

"""Response fields of a JSON Schema or of sample answers, before anything is stored."""

from dataclasses import asdict
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import QueueView
from experiments.api.serializers.schema_reading import ReadSchemaSerializer, SchemaReadingSerializer
from experiments.core.choices import Role
from experiments.core.errors import InvalidInput
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.sample_import import samples_to_fields
from experiments.response_schema.schema_import import schema_to_fields


class QueueSchema(QueueView):
    """Reads a JSON Schema or sample answers: the fields that they make, and what fields cannot say. Stores nothing."""

    needs: ClassVar = {"POST": Role.VIEWER}

    @extend_schema(request=SchemaReadingSerializer, responses=ReadSchemaSerializer)
    def post(self, request: Request, **ids: Any) -> Response:
        self.queue()
        values = self.checked(SchemaReadingSerializer, request.data)
        ((source, given),) = values.items()
        try:
            imported = schema_to_fields(given) if source == "json_schema" else samples_to_fields(given)
            fields = [field_to_json(field) for field in imported.fields]
            check_fields(fields)
        except InvalidInput as error:
            raise InvalidInput(error.detail, code=error.code, attr=source) from error
        return Response({"response_fields": fields, "not_taken": [asdict(one) for one in imported.not_taken]})

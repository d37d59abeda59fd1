"""The description of the API for programs, and its page for people."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted

FORMATS = ("json", "yaml")
"""Of the description."""


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "experiments.api.auth.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token KEY`, with a key that `manage.py drf_create_token USER` made.",
        }


class WorkerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "experiments.api.run_endpoint.WorkerAuthentication"
    name = "worker"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Our own worker's credential, of 15 minutes."}


class Description(ApiView, SpectacularAPIView):
    """The description as YAML, or where the client accepts that rather, or asks for it, as JSON."""

    @extend_schema(parameters=[OpenApiParameter("format", str, enum=FORMATS)], exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]

    def get_renderers(self) -> list[Any]:
        renderers = super().get_renderers()
        wanted = self.request.query_params.get("format")
        if wanted is None:
            return renderers
        if wanted not in FORMATS:
            detail = f"The format is {quoted(wanted)}, not one of {', '.join(FORMATS)}."
            raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr="format")
        return [one for one in renderers if one.format == wanted]


class Docs(ApiView, SpectacularSwaggerSplitView):
    """Swagger UI with scripts and styles in files: the site's CSP forbids inline ones."""

    template_name = "experiments/api_docs.html"
    url_name = "schema"

    @extend_schema(parameters=[OpenApiParameter("script", str)], exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]


ERROR = {
    "type": "object",
    "required": ["type", "errors"],
    "properties": {
        "type": {"enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "attr": {"type": "string", "nullable": True},
                },
            },
        },
    },
}


def describe_errors(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds the format of errors, and a `default` response with it to every operation."""
    result["components"]["schemas"]["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = {"description": "An error.", "content": content}
    return result

"""The description of the API for programs, and its page for people."""

from typing import Any

from django.urls import get_script_prefix
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
    "description": "Why a call was refused. Some errors have further keys beside `errors`.",
    "required": ["type", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ErrorEntry"}},
    },
    "additionalProperties": True,
}
ERROR_ENTRY = {
    "type": "object",
    "required": ["code", "detail", "attr"],
    "properties": {
        "code": {"type": "string", "description": "For programs."},
        "detail": {"type": "string", "description": "A sentence for people."},
        "attr": {"type": ["string", "null"], "description": "What it is about: a key, with dots where it is nested."},
    },
}
REFUSALS = {
    "400": "Something in the request is not valid, or has an unknown name. Nothing was done.",
    "401": "Nobody is signed in, or the token is not valid.",
    "403": "The user may not do this.",
    "404": "It doesn’t exist, or you don’t have access.",
    "409": "Its state does not allow this.",
    "413": "The body is too large.",
    "415": "The body has another media type.",
    "422": "The body is not valid.",
    "429": "Too many calls. `Retry-After` says when to continue.",
    "502": "The model failed.",
    "503": "Not now; try again later.",
    "507": "The disk has no room for it. Nothing was done.",
    "default": "An error.",
}
ALWAYS = ("400", "401", "429", "default")
WRITING = ("403", "409", "413", "415", "507")
CONFLICTS_OF_GET = ("/export", "/compare")
OF_RUN = ("401", "404", "422", "429", "502", "503", "default")


def refusals(path: str, method: str) -> tuple[str, ...]:
    """The statuses of errors that a call may be answered with."""
    if path == "/run":
        return OF_RUN
    missing = ("404",) if "{" in path else ()
    return (*ALWAYS, *missing, *(WRITING if method != "get" else ("409",) if path.endswith(CONFLICTS_OF_GET) else ()))


def complete(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds where the API is, its tags, and the errors of every operation."""
    result["components"]["schemas"] |= {"Error": ERROR, "ErrorEntry": ERROR_ENTRY}
    if result["components"]["schemas"].pop("NullEnum", None):
        # What is null or one of some values: generators know the type null, and make a class of an enumeration.
        result = _replaced(result, {"$ref": "#/components/schemas/NullEnum"}, {"type": "null"})
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    tags = set()
    for path, calls in result["paths"].items():
        for method, call in calls.items():
            for parameter in call.get("parameters", ()):
                _without_null(parameter["schema"])
            errors = {code: {"description": REFUSALS[code], "content": content} for code in refusals(path, method)}
            call["responses"] = {**call["responses"], **dict(sorted(errors.items()))}
            tags.update(call["tags"])
    result["tags"] = [{"name": name, "description": f"Calls of {name.replace('_', ' ')}."} for name in sorted(tags)]
    result["servers"] = [{"url": get_script_prefix().rstrip("/") or "/", "description": "This site."}]
    return result


def _replaced(value: Any, old: Any, new: Any) -> Any:
    if value == old:
        return new
    if isinstance(value, dict):
        return {key: _replaced(one, old, new) for key, one in value.items()}
    return [_replaced(one, old, new) for one in value] if isinstance(value, list) else value


def _without_null(schema: dict[str, Any]) -> None:
    """No parameter of an address can be null."""
    if isinstance(schema.get("type"), list):
        schema["type"] = next(one for one in schema["type"] if one != "null")
    if None in schema.get("enum", ()):
        schema["enum"] = [one for one in schema["enum"] if one is not None]

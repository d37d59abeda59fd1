"""One shape for every error of the API, wherever it arises.

`{"type": "validation_error" | "client_error" | "server_error", "errors": [{"code", "detail", "attr"}]}`, as
drf-standardized-errors defines it; some errors carry further keys beside `errors`.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from drf_standardized_errors.handler import exception_handler as standardized
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from experiments.core.errors import Problems, TooLarge, WorkbenchError
from experiments.http.upload_handler import UploadTooLarge


def error_body(error: WorkbenchError) -> dict[str, Any]:
    errors = error.errors if isinstance(error, Problems) else [error]
    return {
        "type": _type(error.status),
        "errors": [{"code": e.code, "detail": e.detail, "attr": e.attr} for e in errors],
        **error.extra,
    }


def _type(status: int) -> str:
    if status >= 500:
        return "server_error"
    return "validation_error" if status in (400, 422) else "client_error"


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """For `REST_FRAMEWORK["EXCEPTION_HANDLER"]`."""
    request = context["request"]
    if request is not None:
        # Whatever the view answers in: pages and YAML have no place for an error.
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    if isinstance(exc, RequestDataTooBig):
        exc = TooLarge(body_too_large(exc), code="too_large", attr="file" if isinstance(exc, UploadTooLarge) else None)
    elif isinstance(exc, (SuspiciousOperation, BadRequest)):
        exc = WorkbenchError(str(exc) or "The request cannot be read.", code="bad_request")
    if isinstance(exc, Throttled):
        wait = getattr(exc, "wait", None) or 1
        rate = f"More than {settings.API_REQUESTS_PER_MINUTE:,} calls a minute"
        exc.detail = ErrorDetail(f"{rate}. Go on in {wait} s, more slowly.", code=exc.default_code)
    if isinstance(exc, WorkbenchError):
        return Response(error_body(exc), status=exc.status)
    return standardized(exc, context)


def body_too_large(error: RequestDataTooBig) -> str:
    """The sentence for a body that was refused for its size."""
    return str(error) if isinstance(error, UploadTooLarge) else "The body is larger than 32 MB. Send it in parts."

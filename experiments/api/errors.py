"""One format for every error of the API.

`{"type": "validation_error" | "client_error" | "server_error", "errors": [{"code", "detail", "attr"}]}`, as
drf-standardized-errors defines it; some errors add further keys beside `errors`.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from drf_standardized_errors.handler import exception_handler as standardized
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.response import Response

from experiments.api.parsers import ExactJSONRenderer
from experiments.core.choices import ErrorCode
from experiments.core.disk_space import is_disk_full
from experiments.core.errors import Busy, Problems, TooLarge, WorkbenchError
from experiments.http.page_time import is_out_of_time, too_broad
from experiments.http.upload_handler import UploadTooLarge


def error_body(error: WorkbenchError) -> dict[str, Any]:
    errors = error.errors if isinstance(error, Problems) else [error]
    kind = "validation_error" if error.status in (400, 422) else "client_error"
    return {
        "type": "server_error" if error.status >= 500 else kind,
        "errors": [{"code": one.code, "detail": one.detail, "attr": one.attr} for one in errors],
        **error.extra,
    }


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """For `REST_FRAMEWORK["EXCEPTION_HANDLER"]`."""
    request = context["request"]
    if request is not None:
        # Also where the view answers with a page or YAML, which have no place for an error.
        request.accepted_renderer = ExactJSONRenderer()
        request.accepted_media_type = ExactJSONRenderer.media_type
    if isinstance(exc, RequestDataTooBig):
        attr = "file" if isinstance(exc, UploadTooLarge) else None
        exc = TooLarge(body_too_large(exc), code=ErrorCode.TOO_LARGE, attr=attr)
    elif isinstance(exc, (SuspiciousOperation, BadRequest)):
        exc = WorkbenchError(str(exc) or "The request cannot be read.", code=ErrorCode.BAD_REQUEST)
    elif is_out_of_time(exc) and (attr := _filter_of(request)):
        exc = too_broad(attr)
    if isinstance(exc, Throttled):
        wait = getattr(exc, "wait", None) or 1
        rate = f"More than {settings.API_REQUESTS_PER_MINUTE:,} calls a minute"
        exc.detail = ErrorDetail(f"{rate}. Try again in {wait} s, more slowly.", code=exc.default_code)
    if is_disk_full(exc):
        exc = settings.DISK_SPACE.when_full()
    if isinstance(exc, WorkbenchError):
        again = {"Retry-After": str(exc.retry_after_s)} if isinstance(exc, Busy) else None
        return Response(error_body(exc), status=exc.status, headers=again)
    return standardized(exc, context)


def _filter_of(request: Any) -> str | None:
    """The first filter that a list was asked for with; None without any."""
    names = request.query_params if request is not None else ()
    return next((name for name in names if name not in ("limit", "cursor")), None)


def body_too_large(error: RequestDataTooBig) -> str:
    """The sentence for a body that was refused for its size."""
    return str(error) if isinstance(error, UploadTooLarge) else "The body is larger than 32 MB. Send it in parts."

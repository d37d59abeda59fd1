"""One shape for every error of the API, wherever it arises.

`{"type": "validation_error" | "client_error" | "server_error", "errors": [{"code", "detail", "attr"}]}`, as
drf-standardized-errors defines it; some errors carry further keys beside `errors`.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from drf_standardized_errors.handler import exception_handler as standardized
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from experiments.errors import Problems, TooLarge, WorkbenchError
from experiments.upload_cap import UploadTooBig
from experiments.whole_body import BodyCut, LengthRequired

CODES = {
    400: "bad_request",
    403: "permission_denied",
    404: "not_found",
    411: "length_required",
    413: "too_large",
    500: "error",
}
API_ROOTS = ("api", "run")


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
        exc = TooLarge(_too_big(exc), code="too_large", attr="file" if isinstance(exc, UploadTooBig) else None)
    elif isinstance(exc, (SuspiciousOperation, BadRequest)):
        exc = WorkbenchError(str(exc) or "The request cannot be read.", code="bad_request")
    if isinstance(exc, Throttled):
        wait = getattr(exc, "wait", None) or 1
        rate = f"More than {settings.API_REQUESTS_PER_MINUTE:,} calls a minute"
        exc.detail = ErrorDetail(f"{rate}. Go on in {wait} s, more slowly.", code=exc.default_code)
    if isinstance(exc, WorkbenchError):
        return Response(error_body(exc), status=exc.status)
    return standardized(exc, context)


def _too_big(error: RequestDataTooBig) -> str:
    return str(error) if isinstance(error, UploadTooBig) else "The body is larger than 32 MB. Send it in parts."


def _is_api(request: HttpRequest) -> bool:
    return request.path.lstrip("/").partition("/")[0] in API_ROOTS


def _answer(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if not _is_api(request):
        return render(request, "error.html", {"status": status, "detail": detail}, status=status)
    kind = "server_error" if status >= 500 else "client_error"
    error = {"code": CODES[status], "detail": detail, "attr": None}
    return JsonResponse({"type": kind, "errors": [error]}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, 413, _too_big(exception))
    if isinstance(exception, LengthRequired):
        return _answer(request, 411, str(exception))
    if isinstance(exception, BodyCut):
        return _answer(request, 400, str(exception))
    return _answer(request, 400, "The request cannot be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    said = str(exception or "") if isinstance(exception, PermissionDenied) else ""
    return _answer(request, 403, said or "This is not allowed. If you sent a form, reload its page and send it again.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "There is nothing here, or it is not yours.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Something went wrong here. It was logged.")
